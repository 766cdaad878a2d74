package crud

import "google.golang.org/protobuf/types/known/wrapperspb"

// newWrapperKind makes the kind of a wrapper message from that of what it holds. A
// wrapper that is not there is not asked for its value.
func newWrapperKind[W comparable, V any](inner *kind[V], get func(W) V, wrap func(V) W) *kind[W] {
	var none W
	w := &kind[W]{
		id:    inner.id,
		bind:  func(w W, d Dialect) any { return inner.bind(get(w), d) },
		reads: inner.reads,
		decode: func(oid uint32, src []byte, mem *memory) (W, error) {
			v, err := inner.decode(oid, src, mem)
			return wrapped(v, err, wrap)
		},
		scan: func(v any, d Dialect) (W, error) {
			value, err := inner.scan(v, d)
			return wrapped(value, err, wrap)
		},
		equal: func(a, b W) bool { return inner.equal(get(a), get(b)) },
		zero:  func(w W) bool { return w == none },
		clone: func(w W) W { return wrap(inner.copy(get(w))) },
		check: wrappedCheck(inner, get),
		key: func(v any) (W, bool) {
			if w, ok := v.(W); ok {
				v = get(w)
			}
			value, ok := inner.key(v)
			return wrap(value), ok
		},
		cursor:    func(w W) any { return inner.cursorOf(get(w)) },
		bindSlice: inner.bindAny,
		list:      newWrapperList(inner, get, wrap),
	}
	if inner.configured != nil {
		w.configured = func(info *ColumnInfo) *kind[W] { return newWrapperKind(inner.configured(info), get, wrap) }
	}
	return w
}

func wrapped[W, V any](v V, err error, wrap func(V) W) (w W, _ error) {
	if err != nil {
		return w, err
	}
	return wrap(v), nil
}

func wrappedCheck[W, V any](inner *kind[V], get func(W) V) func(W, *ColumnInfo, Dialect) string {
	if inner.check == nil {
		return nil
	}
	return func(w W, info *ColumnInfo, d Dialect) string { return inner.check(get(w), info, d) }
}

func newWrapperList[W, V any](inner *kind[V], get func(W) V, wrap func(V) W) listKind[W] {
	return listKind[W]{
		bind:  func(ws []W, d Dialect) any { return inner.list.bind(eachOf(ws, get), d) },
		reads: inner.list.reads,
		decode: func(oid uint32, src []byte, mem *memory) ([]W, error) {
			vs, err := inner.list.decode(oid, src, mem)
			return eachOf(vs, wrap), err
		},
		scan: func(v any, d Dialect) ([]W, error) {
			vs, err := inner.list.scan(v, d)
			return eachOf(vs, wrap), err
		},
	}
}

var (
	boolValueKind   = newWrapperKind(boolKind, (*wrapperspb.BoolValue).GetValue, wrapperspb.Bool)
	int32ValueKind  = newWrapperKind(int32Kind, (*wrapperspb.Int32Value).GetValue, wrapperspb.Int32)
	int64ValueKind  = newWrapperKind(int64Kind, (*wrapperspb.Int64Value).GetValue, wrapperspb.Int64)
	uint32ValueKind = newWrapperKind(uint32Kind, (*wrapperspb.UInt32Value).GetValue, wrapperspb.UInt32)
	uint64ValueKind = newWrapperKind(uint64Kind, (*wrapperspb.UInt64Value).GetValue, wrapperspb.UInt64)
	floatValueKind  = newWrapperKind(floatKind, (*wrapperspb.FloatValue).GetValue, wrapperspb.Float)
	doubleValueKind = newWrapperKind(doubleKind, (*wrapperspb.DoubleValue).GetValue, wrapperspb.Double)
	stringValueKind = newWrapperKind(stringKind, (*wrapperspb.StringValue).GetValue, wrapperspb.String)
	uuidValueKind   = newWrapperKind(uuidKind, (*wrapperspb.StringValue).GetValue, wrapperspb.String)
	bytesValueKind  = newWrapperKind(bytesKind, (*wrapperspb.BytesValue).GetValue, wrapperspb.Bytes)
)
