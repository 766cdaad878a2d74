package codegen_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/schema"
	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// optionHead and the options' places below make a proto that has no mistakes. An
// option stands in a line of its own, so that its place is known.
const optionHead = `syntax = "proto3";
package options;
import "google/api/resource.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/timestamp.proto";
import "protocrud/v1/options.proto";
option go_package = "example.com/options";
enum Genre { GENRE_UNSPECIFIED = 0; }
message Author { option (protocrud.v1.model) = {}; int64 id = 1; int64 number = 2 [(protocrud.v1.field).unique = true]; }
message Request { int64 id = 1; }
`

// An optionPlace is where an option can stand: a proto with a %s in a line of its own
// for what is in the option's braces.
type optionPlace struct{ option, proto string }

var (
	onModel = optionPlace{"(protocrud.v1.model)", `message Book { option (protocrud.v1.model) = {
%s
}; int64 id = 1; string title = 2; }
`}
	onMortal = optionPlace{"(protocrud.v1.model)", `message Book { option (protocrud.v1.model) = {
%s
}; int64 id = 1; google.protobuf.Timestamp delete_time = 2; google.protobuf.Timestamp purge_time = 3; }
`}
	onChild = optionPlace{"(protocrud.v1.model)", `message Shelf {
  option (protocrud.v1.model) = {}; option (google.api.resource) = {type: "x/Shelf" pattern: "shelves/{shelf}"};
  string name = 1;
}
message Book { option (google.api.resource) = {type: "x/Book" pattern: "shelves/{shelf}/books/{book}"}; option (protocrud.v1.model) = {
%s
}; string name = 1; }
`}
	onPair = optionPlace{"(protocrud.v1.model)", `message Pair { option (protocrud.v1.model) = {
  primary_key: ["a", "b"] indexes: [{fields: ["c", "d"], unique: true}] }; int64 a = 1; int64 b = 2; int64 c = 3; int64 d = 4; }
message Book { option (protocrud.v1.model) = {
%s
}; int64 id = 1; optional int64 a = 2 [(protocrud.v1.field).default = "1"]; optional int64 b = 3 [(protocrud.v1.field).default = "1"]; }
`}
	onText   = onField("string title = 2")
	onNumber = onField("optional int64 author_id = 2")
	onEnum   = onField("Genre genre = 2")
	onKey    = optionPlace{"(protocrud.v1.field)", `message Book { option (protocrud.v1.model) = {}; int64 id = 1 [(protocrud.v1.field) = {
%s
}]; }
`}
	onTextKey = optionPlace{"(protocrud.v1.field)", `message Book { option (protocrud.v1.model) = {}; string id = 1 [(protocrud.v1.field) = {
%s
}]; }
`}
	onRelation = optionPlace{"(protocrud.v1.field)", `message Page { option (protocrud.v1.model) = {}; int64 id = 1; int32 number = 2;
  int64 book_id = 3 [(protocrud.v1.field) = {references: {model: "options.Book", on_delete: CASCADE}}];
  int64 in_id = 4 [(protocrud.v1.field) = {references: {model: "options.Book", on_delete: CASCADE}}]; }
message Book { option (protocrud.v1.model) = {}; int64 id = 1; repeated Page book = 2 [(protocrud.v1.field) = {
%s
}]; }
`}
	onService = optionPlace{"(protocrud.v1.service)", `service Books { option (protocrud.v1.service) = {
%s
}; }
`}
	onMethod = optionPlace{"(protocrud.v1.method)", `service Books { rpc DeleteAuthor(Request) returns (google.protobuf.Empty) { option (protocrud.v1.method) = {
%s
}; } }
`}
	onOtherMethod = optionPlace{"(protocrud.v1.method)", `service Books { rpc DeleteIt(Request) returns (google.protobuf.Empty) { option (protocrud.v1.method) = {
%s
}; } }
`}
)

func onField(field string) optionPlace {
	return optionPlace{"(protocrud.v1.field)", `message Book { option (protocrud.v1.model) = {}; int64 id = 1; ` + field + ` [(protocrud.v1.field) = {
%s
}]; }
`}
}

// An optionSample is an option that says something, and the same option without it.
type optionSample struct {
	place         optionPlace
	with, without string
}

// optionSamples has a sample for every field of the options, and for every value of
// their enums where a field has several.
var optionSamples = map[string]optionSample{
	"Model.table":                        {onModel, `table: "volumes"`, ``},
	"Model.schema":                       {onModel, `schema: "library"`, ``},
	"Model.primary_key":                  {onModel, `primary_key: ["title"]`, ``},
	"Model.indexes":                      {onModel, `indexes: [{fields: ["title"]}]`, ``},
	"Model.soft_delete":                  {onMortal, `soft_delete: false`, ``},
	"Model.purge_ttl":                    {onMortal, `purge_ttl: {seconds: 60}`, ``},
	"Model.default_page_size":            {onModel, `default_page_size: 7`, ``},
	"Model.max_page_size":                {onModel, `max_page_size: 7`, ``},
	"Model.max_batch_size":               {onModel, `max_batch_size: 7`, ``},
	"Model.search":                       {onModel, `search: ["title"]`, ``},
	"Model.filters=ALL":                  {onModel, `filters: ALL`, ``},
	"Model.filters=EXPLICIT":             {onModel, `filters: EXPLICIT`, ``},
	"Model.total_size=EXACT":             {onModel, `total_size: EXACT`, ``},
	"Model.total_size=CAPPED":            {onModel, `total_size: CAPPED`, ``},
	"Model.total_size=ESTIMATED":         {onModel, `total_size: ESTIMATED`, ``},
	"Model.id_pattern":                   {onChild, `id_pattern: "[a-z]+"`, ``},
	"Model.across_parents":               {onChild, `across_parents: true`, ``},
	"Model.check_parent":                 {onChild, `check_parent: false`, ``},
	"Model.scope":                        {onModel, `scope: ["tenant_id"]`, ``},
	"Model.shard_key":                    {onModel, `shard_key: "id"`, ``},
	"Model.projection":                   {onModel, `projection: true`, ``},
	"Model.events":                       {onModel, `events: true`, ``},
	"Model.comment":                      {onModel, `comment: "What is read."`, ``},
	"Model.keyless":                      {onModel, `keyless: true`, ``},
	"Model.was":                          {onModel, `was: ["volumes"]`, ``},
	"Index.fields":                       {onModel, `indexes: [{fields: ["title", "id"]}]`, `indexes: [{fields: ["title"]}]`},
	"Index.unique":                       {onModel, `indexes: [{fields: ["title"], unique: true}]`, `indexes: [{fields: ["title"]}]`},
	"Index.expressions":                  {onModel, `indexes: [{fields: ["title"], expressions: ["lower(title)"]}]`, `indexes: [{fields: ["title"]}]`},
	"Index.where":                        {onModel, `indexes: [{fields: ["title"], where: "title <> ''"}]`, `indexes: [{fields: ["title"]}]`},
	"Index.method":                       {onModel, `indexes: [{fields: ["title"], method: "hash"}]`, `indexes: [{fields: ["title"]}]`},
	"Index.name":                         {onModel, `indexes: [{fields: ["title"], name: "by_title"}]`, `indexes: [{fields: ["title"]}]`},
	"Model.foreign_keys":                 {onPair, `foreign_keys: [{fields: ["a", "b"], model: "options.Pair"}]`, ``},
	"ForeignKey.fields":                  {onPair, `foreign_keys: [{fields: ["b", "a"], model: "options.Pair"}]`, pairKey},
	"ForeignKey.model":                   {onPair, pairKey, ``},
	"ForeignKey.target_fields":           {onPair, `foreign_keys: [{fields: ["a", "b"], model: "options.Pair", target_fields: ["c", "d"]}]`, pairKey},
	"ForeignKey.name":                    {onPair, `foreign_keys: [{fields: ["a", "b"], model: "options.Pair", name: "pair"}]`, pairKey},
	"Field.column":                       {onText, `column: "heading"`, ``},
	"Field.type":                         {onText, `type: "uuid"`, ``},
	"Field.primary_key":                  {onText, `primary_key: true`, ``},
	"Field.generated=IDENTITY":           {onKey, `generated: IDENTITY`, `generated: NONE`},
	"Field.generated=UUID_V7":            {onTextKey, `generated: UUID_V7`, ``},
	"Field.generated=UUID_V4":            {onTextKey, `generated: UUID_V4`, ``},
	"Field.generated=NONE":               {onKey, `generated: NONE`, ``},
	"Field.unique":                       {onText, `unique: true`, ``},
	"Field.default":                      {onText, `default: "'none'"`, ``},
	"Field.references":                   {onNumber, `references: {model: "options.Author"}`, ``},
	"Field.relation":                     {onRelation, `relation: {}`, `skip: true`},
	"Field.storage=COLUMN":               {onField("repeated string title = 2"), `storage: COLUMN`, ``},
	"Field.storage=JSON":                 {onField("repeated string title = 2"), `storage: JSON`, ``},
	"Field.storage=EMBEDDED":             {onField("message Venue { string name = 1; } Venue title = 2"), `storage: EMBEDDED`, ``},
	"Field.enum_as=NUMBER":               {onEnum, `enum_as: NUMBER`, `enum_as: NUMBER`},
	"Field.enum_as=NAME":                 {onEnum, `enum_as: NAME`, ``},
	"Field.enum_as=POSTGRES":             {onEnum, `enum_as: POSTGRES`, ``},
	"Field.enum_unknown=KEEP":            {onEnum, `enum_unknown: KEEP`, ``},
	"Field.enum_unknown=REJECT":          {onEnum, `enum_unknown: REJECT`, ``},
	"Field.enum_unknown=ZERO":            {onEnum, `enum_unknown: ZERO`, ``},
	"Field.max_length":                   {onText, `max_length: 7`, ``},
	"Field.filterable":                   {onText, `filterable: false`, ``},
	"Field.orderable":                    {onText, `orderable: false`, ``},
	"Field.sensitive":                    {onText, `sensitive: true`, ``},
	"Field.was":                          {onText, `was: ["heading"]`, ``},
	"Field.skip":                         {onText, `skip: true`, ``},
	"Reference.model":                    {onNumber, `references: {model: "options.Author"}`, ``},
	"Reference.field":                    {onNumber, `references: {model: "options.Author", field: "number"}`, `references: {model: "options.Author"}`},
	"Relation.write=OUTPUT_ONLY":         {onRelation, `relation: {write: OUTPUT_ONLY}`, `relation: {}`},
	"Relation.write=OWNED":               {onRelation, `relation: {write: OWNED}`, `relation: {}`},
	"Relation.order_by":                  {onRelation, `relation: {order_by: "number"}`, `relation: {}`},
	"Relation.through":                   {onRelation, `relation: {through: "book_pages"}`, `relation: {}`},
	"Relation.by":                        {onRelation, `relation: {by: "in_id"}`, `relation: {}`},
	"Service.rate_limits":                {onService, `rate_limits: [{max_calls: 1, period: {seconds: 1}}]`, ``},
	"Service.permissions":                {onService, `permissions: ["read"]`, ``},
	"Service.error_domain":               {onService, `error_domain: "example.com"`, ``},
	"Method.model":                       {onOtherMethod, `model: "Author"`, ``},
	"Method.skip":                        {onMethod, `skip: true`, ``},
	"Method.rate_limits":                 {onMethod, `rate_limits: [{max_calls: 1, period: {seconds: 1}}]`, ``},
	"Method.permissions":                 {onMethod, `permissions: ["read"]`, ``},
	"Method.without":                     {onMethod, `without: ["limit"]`, ``},
	"RateLimit.max_calls":                {onMethod, `rate_limits: [{max_calls: 2, period: {seconds: 1}}]`, `rate_limits: [{max_calls: 1, period: {seconds: 1}}]`},
	"RateLimit.period":                   {onService, `rate_limits: [{max_calls: 1, period: {seconds: 2}}]`, `rate_limits: [{max_calls: 1, period: {seconds: 1}}]`},
	"RateLimit.group":                    {onMethod, `rate_limits: [{max_calls: 1, period: {seconds: 1}, group: "writes"}]`, `rate_limits: [{max_calls: 1, period: {seconds: 1}}]`},
	"RateLimit.keys":                     {onService, `rate_limits: [{max_calls: 1, period: {seconds: 1}, keys: ["peer"]}]`, `rate_limits: [{max_calls: 1, period: {seconds: 1}}]`},
	"RateLimit.algorithm=SLIDING_WINDOW": {onMethod, `rate_limits: [{max_calls: 1, period: {seconds: 1}, algorithm: SLIDING_WINDOW}]`, `rate_limits: [{max_calls: 1, period: {seconds: 1}}]`},
	"RateLimit.algorithm=TOKEN_BUCKET":   {onMethod, `rate_limits: [{max_calls: 1, period: {seconds: 1}, algorithm: TOKEN_BUCKET}]`, `rate_limits: [{max_calls: 1, period: {seconds: 1}}]`},
	"RateLimit.burst":                    {onMethod, `rate_limits: [{max_calls: 1, period: {seconds: 1}, algorithm: TOKEN_BUCKET, burst: 2}]`, `rate_limits: [{max_calls: 1, period: {seconds: 1}, algorithm: TOKEN_BUCKET}]`},
}

const pairKey = `foreign_keys: [{fields: ["a", "b"], model: "options.Pair"}]`

func init() {
	for _, action := range []string{"NO_ACTION", "RESTRICT", "CASCADE", "SET_NULL"} {
		for _, on := range []string{"on_delete", "on_update"} {
			const without = `references: {model: "options.Author"}`
			sample := optionSample{onNumber, fmt.Sprintf(`references: {model: "options.Author", %s: %s}`, on, action), without}
			if action == "NO_ACTION" {
				sample.without = sample.with
			}
			optionSamples["Reference."+on+"="+action] = sample
		}
	}
	for _, action := range []string{"NO_ACTION", "RESTRICT", "CASCADE", "SET_NULL", "SET_DEFAULT"} {
		for _, on := range []string{"on_delete", "on_update"} {
			optionSamples["ForeignKey."+on+"="+action] = optionSample{
				onPair, fmt.Sprintf(`foreign_keys: [{fields: ["a", "b"], model: "options.Pair", %s: %s}]`, on, action), pairKey,
			}
		}
	}
	for _, on := range []string{"on_delete", "on_update"} {
		const without = `default: "1" references: {model: "options.Author"}`
		optionSamples["Reference."+on+"=SET_DEFAULT"] = optionSample{
			onNumber, fmt.Sprintf(`default: "1" references: {model: "options.Author", %s: SET_DEFAULT}`, on), without,
		}
	}
}

// spelledOut are the enum values that say what holds without them: they change
// nothing, and that is what they mean.
var spelledOut = []string{
	"Model.filters=ALL", "Model.total_size=EXACT", "Field.storage=COLUMN", "Field.enum_as=NUMBER", "Field.enum_unknown=KEEP", "Relation.write=OUTPUT_ONLY", "Reference.on_delete=NO_ACTION", "Reference.on_update=NO_ACTION",
	"ForeignKey.on_delete=NO_ACTION", "ForeignKey.on_update=NO_ACTION",
	"RateLimit.algorithm=SLIDING_WINDOW",
}

// inTheSchema are the options that the commands schema and migrate read, and generated
// code does not have.
var inTheSchema = []string{"Model.comment", "Model.was", "Field.was"}

// Whatever the options can say is done or refused: it changes the generated file, or is
// an error in its place. None is accepted and ignored.
func TestNoOptionIsIgnored(t *testing.T) {
	t.Parallel()
	names := optionNames()
	assert.Equal(t, names, slices.Sorted(maps.Keys(optionSamples)))
	supported := map[string]bool{}
	for _, name := range names {
		sample := optionSamples[name]
		resp, line := generateOption(t, sample.place, sample.with)
		if resp.err == "" {
			supported[name] = true
			without, _ := generateOption(t, sample.place, sample.without)
			require.Empty(t, without.err, name)
			switch {
			case slices.Contains(spelledOut, name):
				assert.Equal(t, without.file, resp.file, name)
			case slices.Contains(inTheSchema, name):
				assert.Equal(t, without.file, resp.file, name)
				assert.NotEqual(t, optionSchema(t, sample.place, sample.without), optionSchema(t, sample.place, sample.with), "%s changes nothing", name)
			default:
				assert.NotEqual(t, without.file, resp.file, "%s changes nothing", name)
			}
			continue
		}
		said := strings.Split(strings.Trim(resp.err, "\n"), "\n")
		require.Len(t, said, 1, name)
		assert.Regexp(t, fmt.Sprintf(`^in\.proto:%d:\d+: options\.[\w.]+: option %s\.\w+.* is not supported yet by this version; remove it$`,
			line, regexp.QuoteMeta(sample.place.option)), said[0], name)
	}
	assert.True(t, supported["Model.table"])
	assert.False(t, supported["Model.projection"])
}

// optionNames returns every field of the options, Index.unique, and of those that are
// enums every value but the unspecified one, Field.storage=JSON; sorted.
func optionNames() []string {
	var names []string
	seen := map[protoreflect.FullName]bool{}
	var add func(m protoreflect.MessageDescriptor)
	add = func(m protoreflect.MessageDescriptor) {
		if seen[m.FullName()] || m.ParentFile() != protocrudv1.File_protocrud_v1_options_proto {
			return
		}
		seen[m.FullName()] = true
		for i := range m.Fields().Len() {
			f := m.Fields().Get(i)
			name := string(m.Name()) + "." + string(f.Name())
			switch {
			case f.Enum() != nil:
				for j := 1; j < f.Enum().Values().Len(); j++ {
					names = append(names, name+"="+string(f.Enum().Values().Get(j).Name()))
				}
			default:
				names = append(names, name)
			}
			if f.Message() != nil {
				add(f.Message())
			}
		}
	}
	extensions := protocrudv1.File_protocrud_v1_options_proto.Extensions()
	for i := range extensions.Len() {
		add(extensions.Get(i).Message())
	}
	slices.Sort(names)
	return names
}

// optionSchema returns the tables of a proto with an option.
func optionSchema(t *testing.T, place optionPlace, option string) []*schema.Table {
	t.Helper()
	raw, err := proto.Marshal(source{"in.proto": optionHead + fmt.Sprintf(place.proto, option)}.request(t, "in.proto"))
	require.NoError(t, err)
	req := &pluginpb.CodeGeneratorRequest{}
	require.NoError(t, proto.Unmarshal(raw, req))
	gen, err := protogen.Options{}.New(req)
	require.NoError(t, err)
	files, problems := model.Load(gen)
	require.Empty(t, problems)
	return schema.Tables(files)
}

// An optionAnswer is what the plugin makes of a proto: a file, or what it says.
type optionAnswer struct{ file, err string }

// generateOption runs the plugin on an option, and returns the line that it is in.
func generateOption(t *testing.T, place optionPlace, option string) (answer optionAnswer, line int) {
	t.Helper()
	text := optionHead + fmt.Sprintf(place.proto, option)
	resp := run(t, source{"in.proto": text}.request(t, "in.proto"))
	before, _, _ := strings.Cut(place.proto, "%s")
	line = strings.Count(optionHead+before, "\n") + 1
	if resp.Error != nil {
		return optionAnswer{err: resp.GetError()}, line
	}
	require.Len(t, resp.File, 1)
	return optionAnswer{file: resp.File[0].GetContent()}, line
}
