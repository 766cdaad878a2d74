package crud

import (
	"bytes"
	"encoding/json"
	"errors"
)

var errJSONList = errors.New("the text is no JSON list of the column's type")

// jsonList returns a list as SQLite keeps it, JSON text. Numbers are exact: the
// shortest text that reads back equal.
func jsonList[V, J any](vs []V, toJSON func(V) J) any {
	elements := make([]J, len(vs))
	for i, v := range vs {
		elements[i] = toJSON(v)
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(elements); err != nil {
		// NaN and the infinities, which check refuses; the engine does too.
		return elements
	}
	return string(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
}

// parseJSONList reads a list of jsonList. Its errors do not hold the text.
func parseJSONList[V, J any](v any, fromJSON func(J) (V, error)) ([]V, error) {
	text, ok := v.(string)
	if !ok {
		return nil, errScan(v, "list")
	}
	var elements []*J // pointers tell null from zero
	if err := json.Unmarshal([]byte(text), &elements); err != nil || elements == nil {
		return nil, errJSONList
	}
	if len(elements) == 0 {
		return nil, nil
	}
	out := make([]V, len(elements))
	for i, e := range elements {
		if e == nil {
			return nil, errNullElement
		}
		var err error
		if out[i], err = fromJSON(*e); err != nil {
			return nil, err
		}
	}
	return out, nil
}
