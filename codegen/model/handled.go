package model

import "google.golang.org/protobuf/reflect/protoreflect"

// handled says of every field of the options whether this version does what it says.
// The others are refused where they are set.
var handled = map[protoreflect.FullName]bool{
	"protocrud.v1.Model.table":             true,
	"protocrud.v1.Model.schema":            true,
	"protocrud.v1.Model.primary_key":       true,
	"protocrud.v1.Model.indexes":           true,
	"protocrud.v1.Model.soft_delete":       true,
	"protocrud.v1.Model.purge_ttl":         true,
	"protocrud.v1.Model.default_page_size": true,
	"protocrud.v1.Model.max_page_size":     true,
	"protocrud.v1.Model.max_batch_size":    true,
	"protocrud.v1.Model.search":            true,
	"protocrud.v1.Model.filters":           true,
	"protocrud.v1.Model.total_size":        true,
	"protocrud.v1.Model.id_pattern":        true,
	"protocrud.v1.Model.across_parents":    true,
	"protocrud.v1.Model.check_parent":      true,
	"protocrud.v1.Model.scope":             true,
	"protocrud.v1.Model.shard_key":         false,
	"protocrud.v1.Model.projection":        false,
	"protocrud.v1.Model.events":            true,
	"protocrud.v1.Model.comment":           true,
	"protocrud.v1.Model.was":               true,
	"protocrud.v1.Model.keyless":           true,
	"protocrud.v1.Model.foreign_keys":      true,

	"protocrud.v1.Index.fields":      true,
	"protocrud.v1.Index.expressions": true,
	"protocrud.v1.Index.unique":      true,
	"protocrud.v1.Index.where":       true,
	"protocrud.v1.Index.method":      true,
	"protocrud.v1.Index.name":        true,

	"protocrud.v1.Field.column":       true,
	"protocrud.v1.Field.type":         true,
	"protocrud.v1.Field.primary_key":  true,
	"protocrud.v1.Field.generated":    true,
	"protocrud.v1.Field.unique":       true,
	"protocrud.v1.Field.default":      true,
	"protocrud.v1.Field.references":   true,
	"protocrud.v1.Field.relation":     true,
	"protocrud.v1.Field.storage":      true,
	"protocrud.v1.Field.enum_as":      true,
	"protocrud.v1.Field.enum_unknown": true,
	"protocrud.v1.Field.max_length":   true,
	"protocrud.v1.Field.filterable":   true,
	"protocrud.v1.Field.orderable":    true,
	"protocrud.v1.Field.sensitive":    true,
	"protocrud.v1.Field.was":          true,
	"protocrud.v1.Field.skip":         true,

	"protocrud.v1.Reference.model":     true,
	"protocrud.v1.Reference.field":     true,
	"protocrud.v1.Reference.on_delete": true,
	"protocrud.v1.Reference.on_update": true,

	"protocrud.v1.ForeignKey.fields":        true,
	"protocrud.v1.ForeignKey.model":         true,
	"protocrud.v1.ForeignKey.target_fields": true,
	"protocrud.v1.ForeignKey.on_delete":     true,
	"protocrud.v1.ForeignKey.on_update":     true,
	"protocrud.v1.ForeignKey.name":          true,

	"protocrud.v1.Relation.write":    true,
	"protocrud.v1.Relation.order_by": true,
	"protocrud.v1.Relation.through":  true,
	"protocrud.v1.Relation.by":       true,

	"google.protobuf.Duration.seconds": true,
	"google.protobuf.Duration.nanos":   true,

	"protocrud.v1.Service.rate_limits":  true,
	"protocrud.v1.Service.permissions":  true,
	"protocrud.v1.Service.error_domain": false,

	"protocrud.v1.Method.model":       true,
	"protocrud.v1.Method.skip":        true,
	"protocrud.v1.Method.rate_limits": true,
	"protocrud.v1.Method.permissions": true,
	"protocrud.v1.Method.without":     true,

	"protocrud.v1.RateLimit.max_calls": true,
	"protocrud.v1.RateLimit.period":    true,
	"protocrud.v1.RateLimit.group":     true,
	"protocrud.v1.RateLimit.keys":      true,
	"protocrud.v1.RateLimit.algorithm": true,
	"protocrud.v1.RateLimit.burst":     true,
}

// unhandledValues are the enum values of handled options that this version refuses.
var unhandledValues = map[protoreflect.FullName]bool{}
