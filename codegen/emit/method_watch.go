package emit

import "google.golang.org/protobuf/compiler/protogen"

// watch writes a method that tells the changes of resources.
func (w methodWriter) watch() {
	types, event := w.local("types"), w.local("e")
	w.eventTypes(types)
	w.P("return ", w.invocation("Watch"), ", ", w.crud("WatchQuery"), "{")
	w.query()
	if w.Event.Bookmark != nil {
		w.P("Bookmarks: true,")
	}
	w.P("}, func(", event, " ", w.crud("Event"), "[*", w.name(w.Store.Model.Message.GoIdent), "]) error {")
	w.sendEvent(types, event)
	w.P("})")
}

// eventTypes writes which values of the response's enum stand for the types of events.
func (w methodWriter) eventTypes(types string) {
	w.P(types, " := ", w.crud("EventTypes"), "[", w.Event.Type.Enum.GoIdent, "]{")
	for _, v := range []struct {
		name  string
		value *protogen.EnumValue
	}{
		{"Created", w.Event.Created},
		{"Updated", w.Event.Updated},
		{"Deleted", w.Event.Deleted},
		{"Undeleted", w.Event.Undeleted},
		{"Bookmark", w.Event.Bookmark},
	} {
		if v.value != nil {
			w.P(v.name, ": ", v.value.GoIdent, ",")
		}
	}
	w.P("}")
}

// sendEvent writes the response of an event.
func (w methodWriter) sendEvent(types, event string) {
	output := w.Method.Method.Output
	values := w.eventValues(types, event)
	if open(output) {
		w.P("return ", w.sender, ".Send(&", output.GoIdent, "{")
		for _, v := range values {
			w.P(v.field.GoName, ": ", w.pointed(v), ",")
		}
		w.P("})")
		return
	}
	res := w.local("res")
	w.P(res, " := &", output.GoIdent, "{}")
	for _, v := range values {
		w.P(w.write(res, v.field, v.value))
	}
	w.P("return ", w.sender, ".Send(", res, ")")
}

func (w methodWriter) eventValues(types, event string) []pageValue {
	e := w.Event
	var values []pageValue
	for _, v := range []pageValue{
		{e.Type, types + ".Of(" + event + ".Type)"},
		{e.Resource, event + ".Resource"},
		{e.Previous, event + ".Previous"},
		{e.Changed, event + ".Changed"},
		{e.Time, event + ".Time"},
		{e.ResumeToken, event + ".ResumeToken"},
	} {
		if v.field != nil {
			values = append(values, v)
		}
	}
	return values
}
