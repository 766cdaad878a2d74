package events

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// An Event is one change of one resource.
type Event struct {
	// Position is that of the event among all of the database. It grows, and a redelivered
	// event has the one it had: what a handler writes elsewhere can keep it to tell what it
	// has seen.
	Position int64
	// Message is the full name of the model, and Key the name of the resource, or its key
	// values joined with /.
	Message, Key string
	Type         crud.EventType
	// Scope are the values of the scope columns that the model declares, joined with /; it
	// is empty without.
	Scope string
	// Old and New are the resource before and after the change, without what is INPUT_ONLY
	// or sensitive. Old is nil for a create, and New for a delete after which there is no
	// row: also that of a soft-deleted row which is purged.
	Old, New proto.Message
	// Time is when the change was made, by the clock of the process that made it.
	Time time.Time
}

var types = map[string]crud.EventType{
	eventlog.Created: crud.EventCreated, eventlog.Updated: crud.EventUpdated,
	eventlog.Deleted: crud.EventDeleted, eventlog.Undeleted: crud.EventUndeleted,
}

// decoded returns an event with its messages, whose type must be linked into the program.
func decoded(row *eventlog.Event) (e Event, err error) {
	e = Event{
		Position: row.Position, Message: row.Message, Key: row.Key, Type: types[row.Type], Scope: row.Scope,
		Time: time.UnixMicro(row.Time).UTC(),
	}
	of, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(row.Message))
	if err != nil {
		return e, fmt.Errorf("events: the event at %d is of %s, which this program does not know; import its package, or ask with events.Of for the messages to consume", row.Position, row.Message)
	}
	if e.Old, err = unmarshal(of, row.Old); err == nil {
		e.New, err = unmarshal(of, row.New)
	}
	if err != nil {
		return e, fmt.Errorf("events: the event at %d, of %s: %w", row.Position, row.Message, err)
	}
	return e, nil
}

func unmarshal(of protoreflect.MessageType, b []byte) (proto.Message, error) {
	if b == nil {
		return nil, nil
	}
	m := of.New().Interface()
	return m, proto.UnmarshalOptions{AllowPartial: true}.Unmarshal(b, m)
}
