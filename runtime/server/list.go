package server

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"google.golang.org/grpc"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
)

// ListMethods writes a table of what is served: for each method its kind and table, the
// permissions and limits that hold for it, its service's among them, and what it opts
// out of. The error is a service's or the writer's.
func ListMethods(w io.Writer, services ...Service) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "METHOD\tKIND\tTABLE\tPERMISSIONS\tLIMITS\tWITHOUT")
	for _, service := range services {
		s, err := look(service)
		if err != nil {
			return fmt.Errorf("server: %w", err)
		}
		rules := s.info.RateLimits()
		for i, m := range s.info.Methods {
			limits := append(limitTexts(s.info.Limits), limitTexts(m.Limits)...)
			if rules.Methods[i].Exempt {
				limits = nil
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", strings.TrimPrefix(m.FullName, "/"), kindOf(s.desc, m), tableOf(m),
				cell(permissionsOf(s.info, i)), cell(limits), cell(m.Without))
		}
	}
	return t.Flush()
}

// kindOf returns the standard method, and which sides are streams.
func kindOf(desc *grpc.ServiceDesc, m crud.MethodInfo) string {
	kind := m.Kind.String()
	for _, s := range desc.Streams {
		if s.StreamName != methodName(m.FullName) {
			continue
		}
		switch {
		case s.ClientStreams && s.ServerStreams:
			return kind + ", bidi stream"
		case s.ClientStreams:
			return kind + ", client stream"
		default:
			return kind + ", server stream"
		}
	}
	return kind
}

func tableOf(m crud.MethodInfo) string {
	if m.Table == nil {
		return "-"
	}
	info := m.Table.Info()
	if info.Schema != "" {
		return info.Schema + "." + info.Name
	}
	return info.Name
}

// permissionsOf returns those that hold for a method.
func permissionsOf(info crud.ServiceInfo, method int) []string {
	m := info.Methods[method]
	switch {
	case info.AccessRules().Methods[method].WithoutAuthorize:
		return nil
	case len(m.Permissions) > 0:
		return m.Permissions
	default:
		return info.Permissions
	}
}

func limitTexts(limits []ratelimit.Limit) []string {
	texts := make([]string, len(limits))
	for i, l := range limits {
		texts[i] = l.String()
		for j, k := range l.Keys {
			texts[i] += []string{" by ", ", "}[min(j, 1)] + k.String()
		}
		if l.Algorithm != ratelimit.SlidingWindow {
			texts[i] += " (" + l.Algorithm.String() + ")"
		}
		if l.Group != "" {
			texts[i] += " shared as " + l.Group
		}
	}
	return texts
}

func cell(values []string) string {
	if len(values) == 0 {
		return "-"
	}
	return strings.Join(values, "; ")
}
