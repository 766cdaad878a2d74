package model

import (
	"fmt"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/reflect/protoreflect"
)

var behaviorNumber = annotations.E_FieldBehavior.TypeDescriptor().Number()

// readBehavior reads google.api.field_behavior (AIP-203). OPTIONAL, UNORDERED_LIST and
// NON_EMPTY_DEFAULT change nothing that the server does.
func (d *draft) readBehavior(f *field) {
	set := map[annotations.FieldBehavior]bool{}
	for i, b := range d.behaviors(f.Desc) {
		set[b] = true
		if _, known := annotations.FieldBehavior_name[int32(b)]; !known {
			d.add(atOption(f.Desc, behaviorNumber, int32(i)), fmt.Sprintf("field_behavior %d is not known to this version of the plugin", b),
				"use a newer plugin, or remove it")
		}
	}
	f.behavior = Behavior{
		Required:   set[annotations.FieldBehavior_REQUIRED],
		OutputOnly: set[annotations.FieldBehavior_OUTPUT_ONLY],
		InputOnly:  set[annotations.FieldBehavior_INPUT_ONLY],
		Immutable:  set[annotations.FieldBehavior_IMMUTABLE],
		Identifier: set[annotations.FieldBehavior_IDENTIFIER],
	}
	for _, pair := range [][2]annotations.FieldBehavior{
		{annotations.FieldBehavior_REQUIRED, annotations.FieldBehavior_OUTPUT_ONLY},
		{annotations.FieldBehavior_REQUIRED, annotations.FieldBehavior_OPTIONAL},
		{annotations.FieldBehavior_INPUT_ONLY, annotations.FieldBehavior_OUTPUT_ONLY},
	} {
		if set[pair[0]] && set[pair[1]] {
			d.add(atOption(f.Desc, behaviorNumber), fmt.Sprintf("%s and %s contradict each other", pair[0], pair[1]), "keep one of the two")
		}
	}
}

// behaviors returns the values of google.api.field_behavior.
func (r *reports) behaviors(f protoreflect.FieldDescriptor) []annotations.FieldBehavior {
	v, state := findOption(f, behaviorNumber)
	if state == absent {
		return nil
	}
	list, ok := v.Interface().(protoreflect.List)
	if !ok || state == unreadable {
		r.add(atOption(f, behaviorNumber), "option (google.api.field_behavior) cannot be read", "compile it with Google's definition")
		return nil
	}
	var all []annotations.FieldBehavior
	for i := range list.Len() {
		if n, ok := list.Get(i).Interface().(protoreflect.EnumNumber); ok {
			all = append(all, annotations.FieldBehavior(n))
		}
	}
	return all
}

// serverTimes are the fields that the server sets (AIP-142, AIP-148).
var serverTimes = map[protoreflect.Name]ServerTime{
	"create_time": CreateTime,
	"update_time": UpdateTime,
	"delete_time": DeleteTime,
	"purge_time":  PurgeTime,
}

// readServerTime gives the fields of serverTimes their meaning, if they are Timestamps.
func (d *draft) readServerTime(f *field) {
	c := f.column
	kept := serverTimes[f.Desc.Name()]
	if !d.softDeleted && !kept.Always() {
		return
	}
	if kept == NotServerTime || c.Kind != Timestamp || c.Repeated {
		return
	}
	c.Time = kept
	var wrong []string
	for name, set := range map[string]bool{"REQUIRED": c.Behavior.Required, "INPUT_ONLY": c.Behavior.InputOnly} {
		if set {
			wrong = append(wrong, name)
		}
	}
	if len(wrong) > 0 {
		d.add(atOption(f.Desc, behaviorNumber), fmt.Sprintf("%s is set by the server, so it cannot be %s", f.Desc.Name(), strings.Join(wrong, ", ")),
			"write OUTPUT_ONLY, or another name")
	}
	c.Behavior.OutputOnly = true
}
