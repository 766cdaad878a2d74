package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/grpc-ecosystem/grpc-gateway/v2/utilities"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/internal/httpheader"
)

// check is the middleware that lets through the requests in which nothing would be
// ignored.
func (h *handler) check(next runtime.HandlerFunc) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, path map[string]string) {
		pattern, _ := runtime.HTTPPattern(r.Context())
		rt := h.routes.of(r.Method, pattern)
		if rt == nil { // of a handler that was generated from something else than the descriptors
			h.write(w, failure(codes.Internal, "no google.api.http of the services is "+r.Method+" "+pattern.String(), h.domain, ReasonInternal))
			return
		}
		md, err := httpheader.Metadata(r)
		if err != nil {
			h.write(w, failure(codes.InvalidArgument, err.Error(), rt.service(), ReasonInvalidHeader))
			return
		}
		if f := h.checkBody(w, r, rt); f != nil {
			h.write(w, f)
			return
		}
		if violations := rt.checkFields(r, path); len(violations) > 0 {
			h.write(w, invalid(rt, violations))
			return
		}
		ctx := context.WithValue(context.WithValue(r.Context(), metadataKey{}, md), routeKey{}, rt)
		next(w, r.WithContext(ctx), path)
	}
}

type routeKey struct{}

// checkBody refuses a body that the method does not take, and bounds one that it does.
func (h *handler) checkBody(w http.ResponseWriter, r *http.Request, rt *route) *answer {
	if r.ContentLength == 0 {
		return nil
	}
	if rt.body == "" {
		if n, _ := io.ReadFull(r.Body, make([]byte, 1)); n > 0 {
			return failure(codes.InvalidArgument, fmt.Sprintf("%s %s takes no body; its fields are set in the path and the query", r.Method, r.URL.Path), rt.service(), ReasonInvalidBody)
		}
		return nil
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		f := failure(codes.InvalidArgument, "the Content-Type of the body is not application/json", rt.service(), ReasonInvalidBody)
		f.status = http.StatusUnsupportedMediaType
		return f
	}
	if rt.method.IsStreamingClient() {
		r.Body = manyMessages{r.Body}
	} else {
		r.Body = http.MaxBytesReader(w, r.Body, h.MaxBodyBytes)
	}
	r.Body = &namedBody{ReadCloser: r.Body}
	return nil
}

// manyMessages is a body that is a stream of messages.
type manyMessages struct{ io.ReadCloser }

// A namedBody says what became of it, for those who get no more than an error's text.
type namedBody struct{ io.ReadCloser }

const (
	tooLarge  = "the body is larger than "
	notWhole  = "the body did not arrive"
	wrongBody = "the body is not what the method takes: "
)

func (b *namedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	var most *http.MaxBytesError
	switch {
	case errors.As(err, &most):
		err = fmt.Errorf("%s%d bytes", tooLarge, most.Limit)
	case err != nil && !errors.Is(err, io.EOF):
		err = fmt.Errorf("%s: %w", notWhole, err)
	}
	return n, err
}

// checkFields returns what is wrong with the fields of path and query, and leaves the query
// for the gateway to take.
func (rt *route) checkFields(r *http.Request, path map[string]string) []*errdetails.BadRequest_FieldViolation {
	var violations []*errdetails.BadRequest_FieldViolation
	add := func(field, problem string) {
		violations = append(violations, &errdetails.BadRequest_FieldViolation{Field: field, Description: problem, Reason: ReasonInvalidField})
	}
	for _, name := range slices.Sorted(maps.Keys(path)) {
		if err := runtime.PopulateFieldFromPath(rt.input.New().Interface(), name, path[name]); err != nil {
			add(name, err.Error())
		}
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		add("", "the query is malformed: "+err.Error())
		return violations
	}
	rt.checkQuery(query, add)
	r.Form, r.PostForm = query, url.Values{} // what ParseForm finds is left as it is
	return violations
}

// checkQuery adds what is wrong with the parameters of a query, and writes its masks with
// the names of the proto.
func (rt *route) checkQuery(query url.Values, add func(field, problem string)) {
	set := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(query)) {
		if problem := rt.queryProblem(key, query[key]); problem != "" {
			add(key, problem)
			continue
		}
		name, mapKey, _ := strings.Cut(key, "[")
		fields, _ := fieldsOf(rt.input.Descriptor(), name)
		field := strings.Join(fields, ".") + "[" + mapKey
		if set[field] {
			add(key, "is set twice, by both of its names")
		}
		set[field] = true
	}
}

// queryProblem returns what is wrong with a parameter of the query. Of a mask it changes
// the values.
func (rt *route) queryProblem(key string, values []string) string {
	name, _, _ := strings.Cut(key, "[") // a key of a map
	fields, last := fieldsOf(rt.input.Descriptor(), name)
	switch {
	case last == nil:
		return fmt.Sprintf("%s has no field of this name", rt.input.Descriptor().FullName())
	case rt.body == "*":
		return "is a field of the body"
	case fields[0] == rt.body:
		return "is set by the body"
	case rt.binds(strings.Join(fields, ".")):
		return "is set by the path"
	case last.Message() != nil && last.Message().FullName() == "google.protobuf.FieldMask":
		for i, v := range values {
			values[i] = rt.protoMask(v)
		}
	}
	err := new(runtime.DefaultQueryParser).Parse(rt.input.New().Interface(), url.Values{key: values}, utilities.NewDoubleArray(nil))
	if err != nil {
		return err.Error()
	}
	return ""
}

// binds reports whether the path sets a field, a part of it, or what it is a part of.
func (rt *route) binds(field string) bool {
	return slices.ContainsFunc(rt.bound, func(bound string) bool {
		return strings.HasPrefix(bound+".", field+".") || strings.HasPrefix(field+".", bound+".")
	})
}

// fieldsOf returns the proto names of a path of either kind of names, and its last field;
// nil if there is none.
func fieldsOf(in protoreflect.MessageDescriptor, path string) (names []string, last protoreflect.FieldDescriptor) {
	for name := range strings.SplitSeq(path, ".") {
		if last != nil {
			if in = last.Message(); in == nil || last.IsMap() || last.IsList() {
				return nil, nil
			}
		}
		if last = fieldNamed(in, name); last == nil {
			return nil, nil
		}
		names = append(names, string(last.Name()))
	}
	return names, last
}

func fieldNamed(in protoreflect.MessageDescriptor, name string) protoreflect.FieldDescriptor {
	if f := in.Fields().ByTextName(name); f != nil {
		return f
	}
	return in.Fields().ByJSONName(name)
}
