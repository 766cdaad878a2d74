// Package events relays the events of models to anything: a search index, a broker, a
// cache. A model with
//
//	option (protocrud.v1.model) = {events: true};
//
// writes an event for each change of a row, in the transaction of the change; a consumer
// gets each of them at least once, in an order in which the events of a row have that of
// its writes.
//
//	err := events.Consume(ctx, pool, "search", func(ctx context.Context, e events.Event) error {
//		return index.Put(ctx, e.Key, e.New) // an error is tried again, later
//	})
//
// Of all processes that consume under one name, one works at a time; where it ends, another
// goes on behind the last event that was handled. Consumers of different names know nothing
// of each other.
//
// Events stay until [Purge] removes them, which never goes past a consumer.
package events
