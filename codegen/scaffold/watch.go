package scaffold

import "github.com/protocrud/protoc-gen-go-crud/codegen/model"

func (r *resource) eventName() string { return r.Noun + "Event" }

// watchFields are those of a Watch request.
func (r *resource) watchFields() []field {
	var all []field
	if r.Parent != nil {
		all = append(all, r.parentField(required))
	}
	all = append(all,
		r.field("string", "filter", optional, "Which "+r.many()+" to tell of, in the language of AIP-160; empty for all."),
		r.field("string", "resume_token", optional, "That of the last event that the caller has; empty for what happens from now on."),
	)
	return append(all, r.readFields(model.Watch)...)
}

// addEvent adds what Watch answers with.
func (r *resource) addEvent() {
	one := r.one()
	types := &enum{name: "Type", comment: "Type says what happened.", values: []enumValue{
		{"TYPE_UNSPECIFIED", "Never sent."},
		{"TYPE_CREATED", "The " + one + " is new."},
		{"TYPE_UPDATED", "The " + one + " was changed."},
		{"TYPE_DELETED", "The " + one + " was deleted."},
	}}
	if r.SoftDelete() != nil {
		types.values = append(types.values, enumValue{"TYPE_UNDELETED", "The " + one + " was brought back."})
	}
	types.values = append(types.values, enumValue{"TYPE_BOOKMARK", "Nothing; it says how far the caller is."})
	r.target.addMessage(message{
		name: r.eventName(), comment: r.eventName() + " is one change of a " + one + ".", enum: types,
		fields: []field{
			{typeName: "Type", name: "type", comment: "What happened."},
			{typeName: r.ref(), name: r.Singular, comment: "The " + one + " after the change; before it, if it is gone."},
			{typeName: "string", name: "resume_token", comment: "Resumes behind this event."},
			{typeName: r.target.external("google/protobuf/timestamp.proto", "google.protobuf.Timestamp"), name: "event_time", comment: "When it happened."},
		},
	})
}
