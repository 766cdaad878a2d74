// Package counting names the ways in which stores count calls, as their scripts do.
package counting

import "github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"

// Of returns how the calls of a policy are counted: in a bucket of tokens, in a log of
// the time of each, or in slots of the period.
func Of(p *ratelimit.Policy) string {
	switch {
	case p.Algorithm == ratelimit.TokenBucket:
		return "bucket"
	case p.MaxCalls <= ratelimit.Exact:
		return "log"
	default:
		return "slots"
	}
}
