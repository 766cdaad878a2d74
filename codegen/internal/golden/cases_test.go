package golden_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	storepb "github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/apart/store"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/batches"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/bothstyles"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/collisions"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/comments"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/composite"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/custom"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/deep"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/deprecated"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/edition2023"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/edition2024"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/embedded"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/enumnames"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/enums"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/farparent"
	shelfpb "github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/farparent/shelf"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/force"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/foreignkeys"
	orgpb "github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/foreignkeys/org"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/hybrid"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/hybridcollisions"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/hybridembedded"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/hybridjoins"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/hybridoneofs"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/hybridwatching"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/indexes"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/intkeys"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/joins"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/keyorder"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/keywords"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/limits"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/listing"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/lists"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/lookups"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/madenames"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/messages"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/named"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/names"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/nested"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/numbers"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/oneofs"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/opaque"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/opaquecollisions"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/opaqueembedded"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/opaquejoins"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/opaquelisting"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/opaqueoneofs"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/opaquetyped"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/opaquewatching"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/options"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/parents"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/permissions"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/plainservice"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/plurals"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/presence"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/proto2"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/quoted"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/references"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/reserved"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/scaffoldids"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/scaffoldkeys"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/scaffoldnames"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/scalars"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/schemas"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/scopes"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/services"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/shadows/db"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/singletons"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/skipped"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/softdelete"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/times"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/toplevel"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/typed"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/uuids"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/watching"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/wide"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/wrappers"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// cases are the models of every case, those that others refer to first.
var cases = map[string][]model{
	"apart": {
		newModel(storepb.ItemTable, storepb.NewItemRepository),
		newModel(storepb.StockTable, storepb.NewStockRepository),
	},
	"batches": {
		newModel(batches.BookTable, batches.NewBookRepository),
		newModel(batches.FilmTable, batches.NewFilmRepository),
		newModel(batches.MemberTable, batches.NewMemberRepository),
	},
	"bothstyles": {
		newModel(bothstyles.IssueTable, bothstyles.NewIssueRepository),
		newModel(bothstyles.LabelTable, bothstyles.NewLabelRepository),
	},
	"listing": {
		newModel(listing.ShelfTable, listing.NewShelfRepository),
		newModel(listing.BookTable, listing.NewBookRepository),
	},
	"scaffoldids": {
		newModel(scaffoldids.UserTable, scaffoldids.NewUserRepository),
	},
	"scaffoldkeys": {
		newModel(scaffoldkeys.MemberTable, scaffoldkeys.NewMemberRepository),
	},
	"scaffoldnames": {
		newModel(scaffoldnames.BookTable, scaffoldnames.NewBookRepository),
	},
	"singletons": {
		newModel(singletons.UserTable, singletons.NewUserRepository),
		newModel(singletons.UserConfigTable, singletons.NewUserConfigRepository),
	},
	"keyorder": {
		newModel(keyorder.ReadingTable, keyorder.NewReadingRepository),
		newModel(keyorder.SeatTable, keyorder.NewSeatRepository),
	},
	"softdelete": {
		newModel(softdelete.FilmTable, softdelete.NewFilmRepository),
		newModel(softdelete.DraftTable, softdelete.NewDraftRepository),
		newModel(softdelete.AlbumTable, softdelete.NewAlbumRepository),
	},
	"opaquelisting": {
		newModel(opaquelisting.DocTable, opaquelisting.NewDocRepository),
	},
	"collisions": {
		newModel(collisions.SampleTable, collisions.NewSampleRepository),
	},
	"comments": {
		newModel(comments.ItemTable, comments.NewItemRepository),
	},
	"composite": {
		newModel(composite.MemberTable, composite.NewMemberRepository),
	},
	"custom": {
		newModel(custom.RobotTable, custom.NewRobotRepository),
	},
	"deep": {
		newModel(deep.OrgTable, deep.NewOrgRepository),
		newModel(deep.ProjectTable, deep.NewProjectRepository),
		newModel(deep.TaskTable, deep.NewTaskRepository),
	},
	"deprecated": {
		newModel(deprecated.PenTable, deprecated.NewPenRepository),
	},
	"edition2023": {
		newModel(edition2023.ReadingTable, edition2023.NewReadingRepository),
	},
	"edition2024": {
		newModel(edition2024.DocTable, edition2024.NewDocRepository),
		newModel(edition2024.PageTable, edition2024.NewPageRepository),
	},
	"embedded": {
		newModel(embedded.EventTable, embedded.NewEventRepository),
	},
	"opaqueembedded": {
		newModel(opaqueembedded.EventTable, opaqueembedded.NewEventRepository),
	},
	"hybridembedded": {
		newModel(hybridembedded.EventTable, hybridembedded.NewEventRepository),
	},
	"typed": {
		newModel(typed.AccountTable, typed.NewAccountRepository),
	},
	"opaquetyped": {
		newModel(opaquetyped.AccountTable, opaquetyped.NewAccountRepository),
	},
	"enums": {
		newModel(enums.SampleTable, enums.NewSampleRepository),
	},
	"farparent": {
		newModel(shelfpb.ShelfTable, shelfpb.NewShelfRepository),
		newModel(farparent.BookTable, farparent.NewBookRepository),
	},
	"foreignkeys": {
		newModel(orgpb.MemberTable, orgpb.NewMemberRepository),
		newModel(foreignkeys.ProjectTable, foreignkeys.NewProjectRepository),
		newModel(foreignkeys.TaskTable, foreignkeys.NewTaskRepository),
		newModel(foreignkeys.WatchTable, foreignkeys.NewWatchRepository),
		newModel(foreignkeys.BookmarkTable, foreignkeys.NewBookmarkRepository),
		newModel(foreignkeys.LogTable, foreignkeys.NewLogRepository),
		newModel(foreignkeys.WingTable, foreignkeys.NewWingRepository),
		newModel(foreignkeys.DeskTable, foreignkeys.NewDeskRepository),
		newModel(foreignkeys.RoomTable, foreignkeys.NewRoomRepository),
	},
	"hybrid": {
		newModel(hybrid.DocTable, hybrid.NewDocRepository),
		newModel(hybrid.PageTable, hybrid.NewPageRepository),
	},
	"hybridcollisions": {
		newModel(hybridcollisions.SampleTable, hybridcollisions.NewSampleRepository),
	},
	"indexes": {
		newModel(indexes.DocTable, indexes.NewDocRepository),
		newModel(indexes.NoteTable, indexes.NewNoteRepository),
	},
	"intkeys": {
		newModel(intkeys.SmallTable, intkeys.NewSmallRepository),
		newModel(intkeys.UnsignedTable, intkeys.NewUnsignedRepository),
		newModel(intkeys.HugeTable, intkeys.NewHugeRepository),
		newModel(intkeys.GivenTable, intkeys.NewGivenRepository),
	},
	"keywords": {
		newModel(keywords.TypeTable, keywords.NewTypeRepository),
		newModel(keywords.FuncTable, keywords.NewFuncRepository),
	},
	"limits": {
		newModel(limits.NoteTable, limits.NewNoteRepository),
	},
	"lists": {
		newModel(lists.SampleTable, lists.NewSampleRepository),
	},
	"lookups": {
		newModel(lookups.SampleTable, lookups.NewSampleRepository),
	},
	"madenames": {
		newModel(madenames.NoteTable, madenames.NewNoteRepository),
		newModel(madenames.DraftTable, madenames.NewDraftRepository),
	},
	"named": {
		newModel(named.PersonTable, named.NewPersonRepository),
	},
	"names": {
		newModel(names.CustomerTable, names.NewCustomerRepository),
	},
	"nested": {
		newModel(nested.Shop_ItemTable, nested.NewShop_ItemRepository),
		newModel(nested.Shop_Item_PartTable, nested.NewShop_Item_PartRepository),
	},
	"numbers": {
		newModel(numbers.TicketTable, numbers.NewTicketRepository),
	},
	"opaque": {
		newModel(opaque.DocTable, opaque.NewDocRepository),
		newModel(opaque.PageTable, opaque.NewPageRepository),
	},
	"opaquecollisions": {
		newModel(opaquecollisions.SampleTable, opaquecollisions.NewSampleRepository),
	},
	"options": {
		newModel(options.CouponTable, options.NewCouponRepository),
	},
	"parents": {
		newModel(parents.ShelfTable, parents.NewShelfRepository),
		newModel(parents.BookTable, parents.NewBookRepository),
		newModel(parents.BoxTable, parents.NewBoxRepository),
		newModel(parents.KeyTable, parents.NewKeyRepository),
	},
	"permissions": {
		newModel(permissions.NoteTable, permissions.NewNoteRepository),
	},
	"plainservice": {
		newModel(plainservice.UserTable, plainservice.NewUserRepository),
	},
	"plurals": {
		newModel(plurals.CategoryTable, plurals.NewCategoryRepository),
		newModel(plurals.LineItemTable, plurals.NewLineItemRepository),
		newModel(plurals.GooseTable, plurals.NewGooseRepository),
	},
	"presence": {
		newModel(presence.SampleTable, presence.NewSampleRepository),
	},
	"proto2": {
		newModel(proto2.ReadingTable, proto2.NewReadingRepository),
	},
	"quoted": {
		newModel(quoted.TrackTable, quoted.NewTrackRepository),
	},
	"references": {
		newModel(references.AuthorTable, references.NewAuthorRepository),
		newModel(references.BookTable, references.NewBookRepository),
	},
	"reserved": {
		newModel(reserved.OrderTable, reserved.NewOrderRepository),
		newModel(reserved.GroupTable, reserved.NewGroupRepository),
		newModel(reserved.UserTable, reserved.NewUserRepository),
	},
	"scalars": {
		newModel(scalars.SampleTable, scalars.NewSampleRepository),
	},
	"schemas": {
		newModel(schemas.AccountTable, schemas.NewAccountRepository),
		newModel(schemas.InvoiceTable, schemas.NewInvoiceRepository),
	},
	"scopes": {
		newModel(scopes.FolderTable, scopes.NewFolderRepository),
		newModel(scopes.PaperTable, scopes.NewPaperRepository),
		newModel(scopes.PlanTable, scopes.NewPlanRepository),
	},
	"services": {
		newModel(services.ArticleTable, services.NewArticleRepository),
		newModel(services.CommentTable, services.NewCommentRepository),
	},
	"shadows": {
		newModel(db.ShadowTable, db.NewShadowRepository),
	},
	"skipped": {
		newModel(skipped.ReportTable, skipped.NewReportRepository),
	},
	"times": {
		newModel(times.LoanTable, times.NewLoanRepository),
	},
	"toplevel": {
		newModel(toplevel.PublisherTable, toplevel.NewPublisherRepository),
	},
	"watching": {
		newModel(watching.ShelfTable, watching.NewShelfRepository),
		newModel(watching.BookTable, watching.NewBookRepository),
		newModel(watching.LoanTable, watching.NewLoanRepository),
	},
	"hybridwatching": {
		newModel(hybridwatching.DocTable, hybridwatching.NewDocRepository),
	},
	"opaquewatching": {
		newModel(opaquewatching.DocTable, opaquewatching.NewDocRepository),
	},
	"uuids": {
		newModel(uuids.SessionTable, uuids.NewSessionRepository),
		newModel(uuids.TicketTable, uuids.NewTicketRepository),
		newModel(uuids.DeviceTable, uuids.NewDeviceRepository),
	},
	"oneofs": {
		newModel(oneofs.NoticeTable, oneofs.NewNoticeRepository),
	},
	"opaqueoneofs": {
		newModel(opaqueoneofs.NoticeTable, opaqueoneofs.NewNoticeRepository),
	},
	"hybridoneofs": {
		newModel(hybridoneofs.NoticeTable, hybridoneofs.NewNoticeRepository),
	},
	"joins": {
		newModel(joins.PersonTable, joins.NewPersonRepository),
		newModel(joins.BookTable, joins.NewBookRepository),
		newModel(joins.PageTable, joins.NewPageRepository),
		newModel(joins.CoverTable, joins.NewCoverRepository),
		newModel(joins.CopyTable, joins.NewCopyRepository),
		newModel(joins.FriendshipTable, joins.NewFriendshipRepository),
	},
	"opaquejoins": {
		newModel(opaquejoins.TeamTable, opaquejoins.NewTeamRepository),
		newModel(opaquejoins.MemberTable, opaquejoins.NewMemberRepository),
		newModel(opaquejoins.BadgeTable, opaquejoins.NewBadgeRepository),
	},
	"hybridjoins": {
		newModel(hybridjoins.TeamTable, hybridjoins.NewTeamRepository),
		newModel(hybridjoins.MemberTable, hybridjoins.NewMemberRepository),
		newModel(hybridjoins.BadgeTable, hybridjoins.NewBadgeRepository),
	},
	"messages": {
		newModel(messages.AlbumTable, messages.NewAlbumRepository),
		newModel(messages.CoverTable, messages.NewCoverRepository),
	},
	"wrappers": {
		newModel(wrappers.ReadingTable, wrappers.NewReadingRepository),
	},
	"force": {
		newModel(force.ShelfTable, force.NewShelfRepository),
		newModel(force.BookTable, force.NewBookRepository),
	},
	"enumnames": {
		newModel(enumnames.PrintTable, enumnames.NewPrintRepository),
	},
	"wide": {
		newModel(wide.SurveyTable, wide.NewSurveyRepository),
	},
}

// stated are the schemas of the cases that have one, which SQLite has not.
var stated = map[string]string{"quoted": "Music", "schemas": "billing"}

// postgresOnly are the cases that say what SQLite has not, beside schemas.
var postgresOnly = map[string]bool{"indexes": true}

// onlyPostgres reports whether SQLite does not have what a model needs, and says so.
func onlyPostgres(models []model) bool {
	return slices.ContainsFunc(models, func(m model) bool {
		return slices.ContainsFunc(m.table().Info().Columns, func(c crud.ColumnInfo) bool { return c.Kind == crud.KindText })
	})
}

// What is generated runs: its tables can be made, twice over, and its rows come back as
// they went, on both engines.
func TestCasesRun(t *testing.T) {
	t.Parallel()
	for name, models := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if schema, ok := stated[name]; ok {
				db := crudtest.Postgres(t)
				drop := func() {
					_, err := db.Exec(context.Background(), `DROP SCHEMA IF EXISTS "`+schema+`" CASCADE`)
					require.NoError(t, err)
				}
				drop()
				t.Cleanup(drop)
				runCase(t, db, models)
				return
			}
			if onlyPostgres(models) {
				db := crudtest.SQLite(t)
				for _, m := range models {
					require.ErrorContains(t, crud.CreateTables(t.Context(), db, m.table()), "that SQLite does not have")
				}
			}
			if postgresOnly[name] || onlyPostgres(models) {
				runCase(t, crudtest.Postgres(t), models)
				return
			}
			crudtest.EachEngine(t, func(t *testing.T, db crud.DB) { runCase(t, db, models) })
		})
	}
}

func runCase(t *testing.T, db crud.DB, models []model) {
	t.Helper()
	var tables []crud.AnyTable
	for _, m := range models {
		tables = append(tables, m.table())
	}
	require.NoError(t, crud.CreateTables(t.Context(), db, tables...))
	require.NoError(t, crud.CreateTables(t.Context(), db, tables...))
	require.NoError(t, crud.CheckTables(t.Context(), db, tables...))
	for _, m := range models {
		m.walk(t, db)
	}
	for _, m := range slices.Backward(models) {
		m.remove(t, db)
	}
}
