package scaffold

import (
	"fmt"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

const empty = "google.protobuf.Empty"

// A call is what an RPC is made of besides its name.
type call struct {
	comment   string
	verb      string // of HTTP
	path      string
	body      string
	signature []string // none where the AIPs have none
	output    string
}

// rpc adds the messages of a method, and returns its text.
func (r *resource) rpc(m method) string {
	name := m.nameOf(r.Model)
	c := r.call(m.kind)
	request := r.addMessages(m.kind)
	var b strings.Builder
	fmt.Fprintf(&b, "  // %s %s.\n", name, c.comment)
	fmt.Fprintf(&b, "  rpc %s(%s) returns (%s) {\n", name, request, c.output)
	http := r.target.option("google/api/annotations.proto", "google.api.http")
	if c.body == "" {
		fmt.Fprintf(&b, "    option %s = {%s: %q};\n", http, c.verb, c.path)
	} else {
		fmt.Fprintf(&b, "    option %s = {\n      %s: %q\n      body: %q\n    };\n", http, c.verb, c.path, c.body)
	}
	if len(c.signature) > 0 {
		signature := r.target.option("google/api/client.proto", "google.api.method_signature")
		fmt.Fprintf(&b, "    option %s = %q;\n", signature, strings.Join(c.signature, ","))
	}
	b.WriteString("  }\n")
	return b.String()
}

// call returns what a method is (AIP-131 to 135, 164, 231 to 235).
func (r *resource) call(kind model.MethodKind) call {
	one, many := r.one(), r.many()
	switch kind {
	case model.Get:
		return call{comment: "returns one " + one, verb: "get", path: r.single(""), signature: r.keyNames(), output: r.ref()}
	case model.List:
		c := call{comment: "returns the " + many + ", page by page", verb: "get", path: r.collection(r.Parent != nil), output: "List" + r.Nouns + "Response"}
		if r.Parent != nil {
			c.signature = []string{"parent"}
		}
		return c
	case model.Create:
		return call{
			comment: "creates one " + one, verb: "post", path: r.collection(r.Parent != nil), body: r.Singular,
			signature: r.createSignature(), output: r.ref(),
		}
	case model.Update:
		return call{
			comment: "changes one " + one, verb: "patch", path: r.single(r.Singular + "."), body: r.Singular,
			signature: []string{r.Singular, "update_mask"}, output: r.ref(),
		}
	case model.Delete:
		c := call{comment: "deletes one " + one, verb: "delete", path: r.single(""), signature: r.keyNames(), output: r.ref()}
		if r.SoftDelete() == nil {
			c.output = r.target.external("google/protobuf/empty.proto", empty)
		}
		return c
	case model.Undelete:
		return call{comment: "brings one deleted " + one + " back", verb: "post", path: r.single("") + ":undelete", body: "*", signature: r.keyNames(), output: r.ref()}
	case model.Watch:
		c := call{comment: "tells the changes of the " + many, verb: "get", path: r.collection(r.Parent != nil) + ":watch", output: "stream " + r.eventName()}
		if r.Parent != nil {
			c.signature = []string{"parent"}
		}
		return c
	}
	return r.batchCall(kind)
}

func (r *resource) createSignature() []string {
	var fields []string
	if r.Parent != nil {
		fields = append(fields, "parent")
	}
	fields = append(fields, r.Singular)
	if r.Key.Name != nil {
		fields = append(fields, r.Singular+"_id")
	}
	return fields
}

func (r *resource) batchCall(kind model.MethodKind) call {
	many := r.many()
	collection := r.collection(r.batchParent(kind))
	switch kind {
	case model.BatchGet:
		c := call{comment: "returns several " + many, verb: "get", path: collection + ":batchGet", output: "BatchGet" + r.Nouns + "Response"}
		if !r.listsKeys() {
			c.verb, c.body = "post", "*" // messages are no parts of a query
		}
		return c
	case model.BatchCreate:
		return call{comment: "creates several " + many + ", all or none", verb: "post", path: collection + ":batchCreate", body: "*", output: "BatchCreate" + r.Nouns + "Response"}
	case model.BatchUpdate:
		return call{comment: "changes several " + many + ", all or none", verb: "post", path: collection + ":batchUpdate", body: "*", output: "BatchUpdate" + r.Nouns + "Response"}
	}
	c := call{comment: "deletes several " + many + ", all or none", verb: "post", path: collection + ":batchDelete", body: "*", output: "BatchDelete" + r.Nouns + "Response"}
	if r.SoftDelete() == nil {
		c.output = r.target.external("google/protobuf/empty.proto", empty)
	}
	return c
}

// batchParent reports whether a batch has the parent of all: where it lists names, or
// requests with parents or names. Keys have no parent.
func (r *resource) batchParent(kind model.MethodKind) bool {
	return r.Parent != nil && (r.named || kind == model.BatchCreate || kind == model.BatchUpdate)
}
