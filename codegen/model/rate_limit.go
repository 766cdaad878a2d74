package model

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// A RateLimit bounds the calls of a service or of a method.
type RateLimit struct {
	MaxCalls int64
	Period   time.Duration
	// Group is empty for a limit with a budget of its own.
	Group string
	Keys  []LimitKey
	// TokenBucket says that calls are counted so, and Burst what it admits at once; 0 is
	// MaxCalls.
	TokenBucket bool
	Burst       int64
}

// Fields of the options and of RateLimit, as parts of a location's path.
const (
	serviceLimits = 1
	methodLimits  = 3

	limitMaxCalls  = 1
	limitPeriod    = 2
	limitGroup     = 3
	limitKeys      = 4
	limitAlgorithm = 5
	limitBurst     = 6
)

const (
	minLimitPeriod = time.Millisecond
	maxLimitPeriod = 10 * 365 * 24 * time.Hour
	// minTokenTime is the shortest time between two calls that the runtime's token
	// bucket counts, and maxRefill the longest in which a burst may come back.
	minTokenTime = 100 * time.Nanosecond
	maxRefill    = 10 * maxLimitPeriod
)

// A limitReader reads a limit in its place.
type limitReader struct {
	*server
	desc protoreflect.Descriptor
	path []int32
	opts *protocrudv1.RateLimit
	// methods are those whose calls are charged to it.
	methods []*protogen.Method
}

// readLimits reads those of a service or a method.
func (sv *server) readLimits(desc protoreflect.Descriptor, number int32, all []*protocrudv1.RateLimit, methods []*protogen.Method) []*RateLimit {
	var limits []*RateLimit
	for i, opts := range all {
		r := limitReader{sv, desc, []int32{number, int32(i)}, opts, methods}
		limits = append(limits, r.read())
	}
	return limits
}

// name says which limit it is. Not every compiler gives its place.
func (r *limitReader) name() string { return fmt.Sprintf("rate_limits[%d]", r.path[1]) }

func (r *limitReader) report(part int32, problem, hint string) {
	path := r.path
	if part > 0 {
		path = extend(path, part)
	}
	r.add(atOption(r.desc, crudNumber, path...), r.name()+": "+problem, hint)
}

func (r *limitReader) read() *RateLimit {
	limit := &RateLimit{
		MaxCalls:    r.opts.GetMaxCalls(),
		Group:       r.opts.GetGroup(),
		TokenBucket: r.opts.GetAlgorithm() == protocrudv1.RateLimit_TOKEN_BUCKET,
		Burst:       r.opts.GetBurst(),
	}
	switch {
	case r.opts.MaxCalls == nil:
		r.report(0, "it has no max_calls", "write for example {max_calls: 10, period: {seconds: 60}}")
	case limit.MaxCalls < 1:
		r.report(limitMaxCalls, fmt.Sprintf("max_calls is %d", limit.MaxCalls), "write a number from 1 on")
	}
	r.readPeriod(limit)
	r.checkBurst(limit)
	if limit.Group != "" && !made(limit.Group, isGroupByte) {
		r.report(limitGroup, fmt.Sprintf("group %q is no name", limit.Group), "write letters, digits, _, - and . only")
	}
	for i, text := range r.opts.GetKeys() {
		if key, ok := r.readKey(i, text); ok {
			limit.Keys = append(limit.Keys, key)
		}
	}
	r.checkGroup(limit)
	return limit
}

func (r *limitReader) readPeriod(limit *RateLimit) {
	period := r.opts.GetPeriod()
	switch {
	case period == nil:
		r.report(0, "it has no period", "write for example {max_calls: 10, period: {seconds: 60}}")
	case !period.IsValid() || period.AsDuration() <= 0:
		r.report(limitPeriod, "period is not positive", "write for example {seconds: 60}")
	case period.AsDuration() < minLimitPeriod, period.AsDuration() > maxLimitPeriod:
		r.report(limitPeriod, fmt.Sprintf("period is %s", period.AsDuration()), "write a period from a millisecond to ten years")
	default:
		limit.Period = period.AsDuration()
	}
}

// checkBurst checks what is TOKEN_BUCKET's.
func (r *limitReader) checkBurst(limit *RateLimit) {
	stated := r.opts.Burst != nil
	switch {
	case stated && !limit.TokenBucket:
		r.report(limitBurst, "burst is set, and the algorithm is SLIDING_WINDOW", "write algorithm: TOKEN_BUCKET, or remove burst")
	case stated && limit.Burst < 1:
		r.report(limitBurst, fmt.Sprintf("burst is %d", limit.Burst), "write a number from 1 on")
	case !limit.TokenBucket || limit.MaxCalls < 1 || limit.Period == 0:
	case limit.Period/minTokenTime < time.Duration(limit.MaxCalls):
		r.report(limitMaxCalls, fmt.Sprintf("%d calls in %s are more than one in %s, the most that TOKEN_BUCKET counts", limit.MaxCalls, limit.Period, minTokenTime),
			"lower max_calls, or use SLIDING_WINDOW")
	case limit.Burst > int64(maxRefill)/((int64(limit.Period)-1)/limit.MaxCalls+1):
		r.report(limitBurst, fmt.Sprintf("a burst of %d takes more than a century to come back", limit.Burst), "lower it")
	}
}

// A limitGroupUse is where a service first uses a group.
type limitGroupUse struct {
	*limitReader
	limit *RateLimit
}

// checkGroup reports a limit that differs from another one of its group.
func (r *limitReader) checkGroup(limit *RateLimit) {
	if limit.Group == "" {
		return
	}
	first, ok := r.groups[limit.Group]
	if !ok {
		r.groups[limit.Group] = limitGroupUse{r, limit}
		return
	}
	differs := func(part int32, what string) {
		r.report(part, fmt.Sprintf("%s differs from that of %s of %s (%s), which has the same group %q",
			what, first.name(), first.desc.FullName(), atOption(first.desc, crudNumber, first.path...), limit.Group),
			"make them equal, since they share one budget, or write another group")
	}
	switch a, b := first.limit, limit; {
	case a.MaxCalls != b.MaxCalls:
		differs(limitMaxCalls, "max_calls")
	case a.Period != b.Period:
		differs(limitPeriod, "period")
	case !sameKeys(a.Keys, b.Keys):
		differs(limitKeys, "the list of keys")
	case a.TokenBucket != b.TokenBucket:
		differs(limitAlgorithm, "algorithm")
	case a.Burst != b.Burst:
		differs(limitBurst, "burst")
	}
}
