package golden_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/foreignkeys"
	orgpb "github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/foreignkeys/org"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

var foreignKeyTables = []crud.AnyTable{orgpb.MemberTable, foreignkeys.ProjectTable, foreignkeys.TaskTable, foreignkeys.WatchTable, foreignkeys.BookmarkTable, foreignkeys.LogTable}

// withProject makes the tables, and in organizations 1 and 8 a member 1 and a project 1.
func withProject(t *testing.T, db crud.DB) {
	t.Helper()
	require.NoError(t, crud.CreateTables(t.Context(), db, foreignKeyTables...))
	require.NoError(t, crud.CheckTables(t.Context(), db, foreignKeyTables...))
	for _, org := range []int64{1, 8} {
		_, err := orgpb.NewMemberRepository(db).Create(t.Context(), &orgpb.Member{OrgId: org, Id: 1, Handle: "ada"})
		require.NoError(t, err)
		_, err = foreignkeys.NewProjectRepository(db).Create(t.Context(), &foreignkeys.Project{OrgId: org, Id: 1, OwnerId: 1})
		require.NoError(t, err)
	}
}

// A row that is referred to by several columns must be there, and the error names the
// fields that say which one.
func TestForeignKeysRefuse(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		withProject(t, db)
		projects, tasks := foreignkeys.NewProjectRepository(db), foreignkeys.NewTaskRepository(db)
		logs := foreignkeys.NewLogRepository(db)
		ctx := t.Context()
		for name, test := range map[string]struct {
			write func() error
			code  codes.Code
			field string
		}{
			"of a key and a field": {func() error {
				_, err := projects.Create(ctx, &foreignkeys.Project{OrgId: 9, Id: 1, OwnerId: 1})
				return err
			}, codes.FailedPrecondition, "org_id,owner_id"},
			"one of several": {func() error {
				_, err := tasks.Create(ctx, &foreignkeys.Task{OrgId: 1, Number: 1, ProjectId: 2, Assignee: proto.String("ada")})
				return err
			}, codes.FailedPrecondition, "org_id,project_id"},
			"a unique index": {func() error {
				_, err := tasks.Create(ctx, &foreignkeys.Task{OrgId: 1, Number: 1, ProjectId: 1, Assignee: proto.String("bob")})
				return err
			}, codes.FailedPrecondition, "assignee,org_id"},
			"the own table": {func() error {
				_, err := tasks.Create(ctx, &foreignkeys.Task{OrgId: 1, Number: 1, ProjectId: 1, After: proto.Int64(3)})
				return err
			}, codes.FailedPrecondition, "after,org_id"},
			"an update": {func() error {
				_, err := projects.Update(ctx, &foreignkeys.Project{OrgId: 1, Id: 1, OwnerId: 9}, &fieldmaskpb.FieldMask{Paths: []string{"owner_id"}})
				return err
			}, codes.FailedPrecondition, "org_id,owner_id"},
			"some of a key": {func() error {
				_, err := logs.Create(ctx, &foreignkeys.Log{OrgId: 1, Id: 2})
				return err
			}, codes.FailedPrecondition, "org_id,id"},
		} {
			var e *crud.Error
			require.ErrorAs(t, test.write(), &e, name)
			assert.Equal(t, test.code, e.Code, name)
			assert.Equal(t, crud.ReasonReferenceNotFound, e.Reason, name)
			assert.Equal(t, test.field, e.Metadata["field"], name)
		}
		_, err := tasks.Create(ctx, &foreignkeys.Task{OrgId: 1, Number: 1, ProjectId: 1, Assignee: proto.String("ada")})
		require.NoError(t, err)
		_, err = tasks.Create(ctx, &foreignkeys.Task{OrgId: 1, Number: 2, ProjectId: 1, After: proto.Int64(1)})
		require.NoError(t, err)
		_, err = tasks.Update(ctx, &foreignkeys.Task{OrgId: 1, Number: 2, Assignee: proto.String("bob")}, &fieldmaskpb.FieldMask{Paths: []string{"assignee"}})
		var e *crud.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "assignee,org_id", e.Metadata["field"], "an update of one of several")

		members, renamed := orgpb.NewMemberRepository(db), &orgpb.Member{OrgId: 1, Id: 1, Handle: "countess"}
		_, err = members.Update(ctx, renamed, &fieldmaskpb.FieldMask{Paths: []string{"handle"}})
		refused(t, crud.ReasonChildrenExist, err)
		_, err = members.BatchUpdate(ctx, []crud.Change[*orgpb.Member]{{Message: renamed}})
		refused(t, crud.ReasonChildrenExist, err)
	})
}

// What refers to a row keeps it, or goes with it, or lets go of it.
func TestForeignKeysFollow(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		withProject(t, db)
		ctx := t.Context()
		members, projects := orgpb.NewMemberRepository(db), foreignkeys.NewProjectRepository(db)
		tasks, bookmarks, logs := foreignkeys.NewTaskRepository(db), foreignkeys.NewBookmarkRepository(db), foreignkeys.NewLogRepository(db)
		for _, org := range []int64{1, 8} {
			create(ctx, t, tasks, &foreignkeys.Task{OrgId: org, Number: 1, ProjectId: 1})
		}
		create(ctx, t, logs, &foreignkeys.Log{OrgId: 1, Id: 1})
		bookmark, err := bookmarks.Create(ctx, &foreignkeys.Bookmark{OrgId: proto.Int64(1), ProjectId: proto.Int64(1), ByOrg: proto.Int64(8), By: proto.Int64(1)})
		require.NoError(t, err)

		server := foreignkeys.NewCRUDProjectServiceServer(db)
		_, err = members.Delete(ctx, orgpb.MemberKey{OrgId: 1, Id: 1})
		refused(t, crud.ReasonChildrenExist, err)
		_, err = server.DeleteProject(ctx, &foreignkeys.DeleteProjectRequest{OrgId: 1, Id: 1})
		refused(t, crud.ReasonChildrenExist, err)
		_, err = server.DeleteProject(ctx, &foreignkeys.DeleteProjectRequest{OrgId: 1, Id: 1, Force: true})
		require.NoError(t, err)

		_, err = tasks.Get(ctx, foreignkeys.TaskKey{No: 1, OrgId: 1})
		assert.Equal(t, codes.NotFound, status.Code(err))
		_, err = tasks.Get(ctx, foreignkeys.TaskKey{No: 1, OrgId: 8})
		require.NoError(t, err, "of another organization")
		_, err = logs.Get(ctx, 1)
		assert.Equal(t, codes.NotFound, status.Code(err))

		create(ctx, t, projects, &foreignkeys.Project{OrgId: 1, Id: 2, OwnerId: 1})
		_, err = projects.Delete(ctx, foreignkeys.ProjectKey{OrgId: 8, Id: 1})
		require.NoError(t, err)
		_, err = members.Delete(ctx, orgpb.MemberKey{OrgId: 8, Id: 1})
		require.NoError(t, err)
		got, err := bookmarks.Get(ctx, bookmark.GetId())
		require.NoError(t, err)
		want := &foreignkeys.Bookmark{Id: bookmark.GetId(), ByOrg: proto.Int64(1), By: proto.Int64(1)}
		assert.Empty(t, cmp.Diff(want, got, protocmp.Transform()))
	})
}

// Relations are joined by all columns.
func TestForeignKeysJoin(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		withProject(t, db)
		server := foreignkeys.NewCRUDProjectServiceServer(db)
		created, err := server.CreateProject(t.Context(), &foreignkeys.CreateProjectRequest{Project: &foreignkeys.Project{
			OrgId: 1, Id: 2, OwnerId: 1, Tasks: []*foreignkeys.Task{{Number: 1}, {Number: 2, After: proto.Int64(1)}},
		}})
		require.NoError(t, err)
		create(t.Context(), t, foreignkeys.NewTaskRepository(db), &foreignkeys.Task{OrgId: 8, Number: 1, ProjectId: 1})
		create(t.Context(), t, orgpb.NewMemberRepository(db), &orgpb.Member{OrgId: 1, Id: 2, Handle: "bob"})
		create(t.Context(), t, foreignkeys.NewWatchRepository(db), &foreignkeys.Watch{OrgId: 1, ProjectId: 2, MemberId: 2})
		create(t.Context(), t, foreignkeys.NewWatchRepository(db), &foreignkeys.Watch{OrgId: 8, ProjectId: 1, MemberId: 1})
		got, err := server.GetProject(t.Context(), &foreignkeys.GetProjectRequest{OrgId: 1, Id: 2, ReadMask: &fieldmaskpb.FieldMask{Paths: []string{"*"}}})
		require.NoError(t, err)
		want := &foreignkeys.Project{
			OrgId: 1, Id: 2, OwnerId: 1, Owner: &orgpb.Member{OrgId: 1, Id: 1, Handle: "ada"},
			Tasks:    []*foreignkeys.Task{{OrgId: 1, Number: 1, ProjectId: 2}, {OrgId: 1, Number: 2, ProjectId: 2, After: proto.Int64(1)}},
			Watchers: []*orgpb.Member{{OrgId: 1, Id: 2, Handle: "bob"}},
		}
		assert.Empty(t, cmp.Diff(want, got, protocmp.Transform()))
		assert.Empty(t, cmp.Diff(want.Tasks, created.Tasks, protocmp.Transform()))

		got, err = server.GetProject(t.Context(), &foreignkeys.GetProjectRequest{OrgId: 1, Id: 2, ReadMask: &fieldmaskpb.FieldMask{Paths: []string{"tasks.previous.number", "tasks.next"}}})
		require.NoError(t, err)
		want = &foreignkeys.Project{Tasks: []*foreignkeys.Task{
			{Next: []*foreignkeys.Task{{OrgId: 1, Number: 2, ProjectId: 2, After: proto.Int64(1)}}},
			{Previous: &foreignkeys.Task{Number: 1}},
		}}
		assert.Empty(t, cmp.Diff(want, got, protocmp.Transform()))
	})
}

// Rows of a scope refer to rows of the same one.
func TestForeignKeysStayInTheirScope(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, tenant := t.Context(), "one"
		scope := crud.ScopeColumn("tenant_id", func(context.Context) (string, error) { return tenant, nil })
		tables := []crud.AnyTable{foreignkeys.WingTable, foreignkeys.RoomTable, foreignkeys.DeskTable}
		require.NoError(t, crud.CreateTables(ctx, db, tables...))
		require.NoError(t, crud.CheckTables(ctx, db, tables...))
		wings, rooms, desks := foreignkeys.NewWingRepository(db, scope), foreignkeys.NewRoomRepository(db, scope), foreignkeys.NewDeskRepository(db, scope)
		create(ctx, t, wings, &foreignkeys.Wing{Site: 1, Floor: 2})
		create(ctx, t, desks, &foreignkeys.Desk{Id: 1, Site: 1, Label: "a"})
		create(ctx, t, rooms, &foreignkeys.Room{Id: 1, Site: 1, Floor: 2, Label: proto.String("a")})
		tenant = "two"
		var e *crud.Error
		_, err := rooms.Create(ctx, &foreignkeys.Room{Id: 1, Site: 1, Floor: 2})
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "site,floor", e.Metadata["field"])
		create(ctx, t, wings, &foreignkeys.Wing{Site: 1, Floor: 2})
		_, err = rooms.Create(ctx, &foreignkeys.Room{Id: 1, Site: 1, Floor: 2, Label: proto.String("a")})
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "tenant_id,site,label", e.Metadata["field"])
		create(ctx, t, rooms, &foreignkeys.Room{Id: 1, Site: 1, Floor: 2})
		_, err = wings.Delete(ctx, foreignkeys.WingKey{Site: 1, Floor: 2}, crud.Force(false))
		refused(t, crud.ReasonChildrenExist, err)
		_, err = wings.Delete(ctx, foreignkeys.WingKey{Site: 1, Floor: 2}, crud.Force(true))
		require.NoError(t, err)
		_, err = rooms.Get(ctx, 1)
		assert.Equal(t, codes.NotFound, status.Code(err))
		tenant = "one"
		_, err = rooms.Get(ctx, 1)
		require.NoError(t, err)
	})
}

func create[M proto.Message](ctx context.Context, t *testing.T, r interface {
	Create(context.Context, M, ...crud.WriteOption) (M, error)
}, m M,
) {
	t.Helper()
	_, err := r.Create(ctx, m)
	require.NoError(t, err)
}

func refused(t *testing.T, reason string, err error) {
	t.Helper()
	var e *crud.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, codes.FailedPrecondition, e.Code)
	assert.Equal(t, reason, e.Reason)
}

// A table that was there before names its foreign keys as it likes, and PostgreSQL names the
// partition that a row is in.
func TestForeignKeysOfAPartition(t *testing.T) {
	t.Parallel()
	db := crudtest.Postgres(t)
	ctx := t.Context()
	for _, sql := range []string{
		"CREATE TABLE logs (id bigint PRIMARY KEY, org_id bigint NOT NULL) PARTITION BY RANGE (id)",
		"CREATE TABLE logs_of_all PARTITION OF logs DEFAULT",
	} {
		_, err := db.Exec(ctx, sql)
		require.NoError(t, err)
	}
	withProject(t, db)
	_, err := db.Exec(ctx, "ALTER TABLE logs ADD CONSTRAINT known_project FOREIGN KEY (org_id, id) REFERENCES projects (org_id, id)")
	require.NoError(t, err)
	logs := foreignkeys.NewLogRepository(db)
	create(ctx, t, logs, &foreignkeys.Log{OrgId: 1, Id: 1})
	_, err = logs.Update(ctx, &foreignkeys.Log{OrgId: 9, Id: 1}, nil)
	refused(t, crud.ReasonReferenceNotFound, err)
	var e *crud.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "org_id,id", e.Metadata["field"])
}
