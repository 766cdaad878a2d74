package main

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A model is a table and the methods that serve it, by the first words of their names.
type model struct {
	conn    *grpc.ClientConn
	info    *crud.TableInfo
	message protoreflect.MessageDescriptor
	methods map[string]protoreflect.MethodDescriptor
}

// find returns the models of tables. Each has a service of its own.
func find(conn *grpc.ClientConn, services map[string]grpc.ServiceInfo, tables []crud.AnyTable) ([]*model, error) {
	served := map[protoreflect.FullName]map[string]protoreflect.MethodDescriptor{}
	for name := range services {
		d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(name))
		if err != nil {
			return nil, err
		}
		methods := map[string]protoreflect.MethodDescriptor{}
		for i := range d.(protoreflect.ServiceDescriptor).Methods().Len() {
			m := d.(protoreflect.ServiceDescriptor).Methods().Get(i)
			for _, verb := range []string{"Get", "List", "Create", "Update", "Delete", "Undelete"} {
				if strings.HasPrefix(string(m.Name()), verb) {
					methods[verb] = m
				}
			}
		}
		if methods["List"] == nil {
			return nil, fmt.Errorf("%s has no method List", name)
		}
		served[listed(methods["List"]).FullName()] = methods
	}
	var models []*model
	for _, t := range tables {
		methods := served[protoreflect.FullName(t.Info().Message)]
		if methods == nil {
			return nil, fmt.Errorf("%s has no service", t.Info().Message)
		}
		models = append(models, &model{conn: conn, info: t.Info(), message: listed(methods["List"]), methods: methods})
	}
	return models, nil
}

// listed is the message that a List is of: that of the first field of its pages.
func listed(list protoreflect.MethodDescriptor) protoreflect.MessageDescriptor {
	return list.Output().Fields().ByNumber(1).Message()
}

// keyless reports whether nothing tells the rows apart.
func (m *model) keyless() bool { return m.methods["Get"] == nil }

// call calls a method with what fill writes into the request.
func (m *model) call(ctx context.Context, verb string, fill func(protoreflect.Message)) (protoreflect.Message, error) {
	method := m.methods[verb]
	if method == nil {
		return nil, fmt.Errorf("no method %s", verb)
	}
	req, err := newMessage(method.Input())
	if err != nil {
		return nil, err
	}
	resp, err := newMessage(method.Output())
	if err != nil {
		return nil, err
	}
	fill(req)
	path := "/" + string(method.Parent().FullName()) + "/" + string(method.Name())
	if err := m.conn.Invoke(ctx, path, req.Interface(), resp.Interface()); err != nil {
		return nil, fmt.Errorf("%s of %v: %w %v", method.Name(), req.Interface(), err, status.Convert(err).Details())
	}
	return resp, nil
}

func newMessage(d protoreflect.MessageDescriptor) (protoreflect.Message, error) {
	t, err := protoregistry.GlobalTypes.FindMessageByName(d.FullName())
	if err != nil {
		return nil, err
	}
	return t.New(), nil
}

// list returns the rows of the first page.
func (m *model) list(ctx context.Context) ([]protoreflect.Message, error) {
	all, _, err := m.page(ctx, 0, "")
	return all, err
}

// page returns the rows of a page, and the token of the next one.
func (m *model) page(ctx context.Context, size int32, token string) (all []protoreflect.Message, next string, err error) {
	page, err := m.call(ctx, "List", func(req protoreflect.Message) {
		fields := req.Descriptor().Fields()
		req.Set(fields.ByName("page_size"), protoreflect.ValueOfInt32(size))
		req.Set(fields.ByName("page_token"), protoreflect.ValueOfString(token))
	})
	if err != nil {
		return nil, "", err
	}
	rows := page.Get(resourceField(page, m.message)).List()
	for i := range rows.Len() {
		all = append(all, rows.Get(i).Message())
	}
	return all, page.Get(page.Descriptor().Fields().ByName("next_page_token")).String(), nil
}

// walkPages compares the pages of one row each with one of all.
func (m *model) walkPages(ctx context.Context) error {
	all, err := m.list(ctx)
	if err != nil {
		return err
	}
	token := ""
	for i, want := range all {
		rows, next, err := m.page(ctx, 1, token)
		switch {
		case err != nil:
			return err
		case len(rows) != 1 || !proto.Equal(rows[0].Interface(), want.Interface()):
			return fmt.Errorf("page %d of %s has %v, want %v", i, m.info.Name, rows, want)
		case (next == "") != (i == len(all)-1):
			return fmt.Errorf("page %d of %d of %s has the next token %q", i, len(all), m.info.Name, next)
		}
		token = next
	}
	return nil
}

// resourceField is the field of a request or of a page that holds the resource.
func resourceField(in protoreflect.Message, message protoreflect.MessageDescriptor) protoreflect.FieldDescriptor {
	fields := in.Descriptor().Fields()
	for i := range fields.Len() {
		if f := fields.Get(i); f.Message() != nil && f.Message().FullName() == message.FullName() {
			return f
		}
	}
	panic(fmt.Sprintf("%s has no %s", in.Descriptor().FullName(), message.FullName()))
}

// addressed copies the fields that say which row it is into a request.
func (m *model) addressed(row protoreflect.Message) func(protoreflect.Message) {
	return func(req protoreflect.Message) {
		fields := req.Descriptor().Fields()
		for i := range fields.Len() {
			if f := row.Descriptor().Fields().ByName(fields.Get(i).Name()); f != nil {
				req.Set(fields.Get(i), row.Get(f))
			}
		}
	}
}

// get reads a row back.
func (m *model) get(ctx context.Context, row protoreflect.Message) error {
	if m.keyless() {
		return nil
	}
	got, err := m.call(ctx, "Get", m.addressed(row))
	if err == nil && !proto.Equal(got.Interface(), row.Interface()) {
		err = fmt.Errorf("get returns %v, want %v", got, row)
	}
	return err
}

// lists reports whether List has a row.
func (m *model) lists(ctx context.Context, row protoreflect.Message) (bool, error) {
	rows, err := m.list(ctx)
	for _, r := range rows {
		if proto.Equal(r.Interface(), row.Interface()) {
			return true, err
		}
	}
	return false, err
}

// remove deletes a row, and takes it back once where it can. It is then no longer listed.
func (m *model) remove(ctx context.Context, row protoreflect.Message) error {
	if _, err := m.call(ctx, "Delete", m.addressed(row)); err != nil {
		return err
	}
	if m.methods["Undelete"] != nil {
		back, err := m.call(ctx, "Undelete", m.addressed(row))
		if err != nil {
			return err
		}
		if err := m.get(ctx, back); err != nil {
			return err
		}
		if _, err := m.call(ctx, "Delete", m.addressed(row)); err != nil {
			return err
		}
	} else if _, err := m.call(ctx, "Get", m.addressed(row)); status.Code(err) != codes.NotFound {
		return fmt.Errorf("get after delete is %w", err)
	}
	if still, err := m.lists(ctx, row); err != nil || still {
		return fmt.Errorf("deleted, and listed %v: %w", still, err)
	}
	return nil
}

// writes reports whether a client gives the values of a column.
func (m *model) writes(c crud.ColumnInfo) bool {
	switch {
	case c.OutputOnly, c.Identifier, len(c.Names) == 0:
		return false
	case c.PrimaryKey:
		return c.Generated == crud.ByClient && m.info.Pattern == nil
	}
	return c.Field != "delete_time" || m.methods["Undelete"] == nil
}

// column is the field of a column of the table.
func (m *model) column(name string) protoreflect.FieldDescriptor {
	for _, c := range m.info.Columns {
		if len(c.Names) == 1 && c.Names[0] == name && !c.Identifier {
			return field(m.message, c)
		}
	}
	panic(fmt.Sprintf("%s has no column %s", m.info.Name, name))
}

func field(d protoreflect.MessageDescriptor, c crud.ColumnInfo) protoreflect.FieldDescriptor {
	return d.Fields().ByName(protoreflect.Name(c.Field))
}
