package ratelimit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A plan is what the calls of a method are charged to.
type plan struct {
	limits []*limit
	// needsRequest says that a key is a field of the request.
	needsRequest bool
	// policyValues are those of RateLimit-Policy: one.
	policyValues []string
}

// A limit is a Limit in its place.
type limit struct {
	policy *Policy
	keys   []Key
	// prefix begins what a budget's id is made of. It is short, so that most are a
	// single block of the hash.
	prefix encoder
	// fixed is the id of the only budget of a limit without keys.
	fixed BudgetID
	// label is what RateLimit begins with for the policy, its name in quotes.
	label string
}

// A planner makes the plans of a service.
type planner struct {
	service Service
	// groups have the limit that first named a group, and its policy.
	groups map[string]grouped
}

type grouped struct {
	Limit
	policy *Policy
}

// addService makes the plans of a service.
func (l *Limiter) addService(s Service) error {
	if s.Name == "" || !printable(s.Name) {
		return fmt.Errorf("ratelimit: %q is no name of a service", s.Name)
	}
	if _, ok := l.rest[s.Name]; ok {
		return fmt.Errorf("ratelimit: %s is given twice", s.Name)
	}
	p := planner{service: s, groups: map[string]grouped{}}
	all, err := p.limits(s.Name, s.Limits)
	if err != nil {
		return err
	}
	l.rest[s.Name] = newPlan(all)
	for _, m := range s.Methods {
		name, ok := strings.CutPrefix(m.FullName, "/"+s.Name+"/")
		if !ok {
			return fmt.Errorf("ratelimit: the method %q is none of %s", m.FullName, s.Name)
		}
		own, err := p.limits(s.Name+"/"+name, m.Limits)
		if err != nil {
			return err
		}
		if _, ok := l.methods[m.FullName]; ok {
			return fmt.Errorf("ratelimit: %s is given twice", m.FullName)
		}
		switch {
		case !m.Exempt:
			own = slices.Concat(all, own)
		case len(own) > 0:
			return fmt.Errorf("ratelimit: %s is Exempt and has limits", m.FullName)
		}
		l.methods[m.FullName] = newPlan(own)
	}
	return p.checkFuncs(l.funcs)
}

// limits returns those of a service or a method, whose name begins their policies'.
func (p *planner) limits(name string, declared []Limit) ([]*limit, error) {
	limits := make([]*limit, len(declared))
	for i, d := range declared {
		if err := d.check(); err != nil {
			return nil, fmt.Errorf("ratelimit: %s has a limit with %w", name, err)
		}
		policyName := name
		if i > 0 {
			policyName += "#" + strconv.Itoa(i+1)
		}
		policy := newPolicy(p.service.Name, policyName, d)
		if d.Group != "" {
			var err error
			if policy, err = p.group(name, d); err != nil {
				return nil, err
			}
		}
		limits[i] = newLimit(policy, d.Keys)
	}
	return limits, nil
}

// group returns the policy of a group.
func (p *planner) group(name string, d Limit) (*Policy, error) {
	g, ok := p.groups[d.Group]
	if !ok {
		g = grouped{d, newPolicy(p.service.Name, p.service.Name+":"+d.Group, d)}
		p.groups[d.Group] = g
	}
	if want, got := g.describe(), d.describe(); want != got {
		return nil, fmt.Errorf("ratelimit: limits of the group %q disagree: %s, and for %s %s", d.Group, want, name, got)
	}
	return g.policy, nil
}

// describe returns all that limits of one group agree in.
func (l Limit) describe() string {
	return fmt.Sprintf("%s, keys [%s], %s, burst %d", l, keyNames(l.Keys), l.Algorithm, l.burst())
}

func (l Limit) burst() int64 {
	if l.Algorithm == TokenBucket && l.Burst == 0 {
		return l.MaxCalls
	}
	return l.Burst
}

// checkFuncs reports functions that nobody registered.
func (p *planner) checkFuncs(funcs map[string]keyFunc) error {
	declared := slices.Clone(p.service.Limits)
	for _, m := range p.service.Methods {
		declared = append(declared, m.Limits...)
	}
	for _, d := range declared {
		for _, k := range d.Keys {
			if k.source == funcSource && funcs[k.name] == nil {
				return fmt.Errorf("ratelimit: a limit of %s has the key %s; register it with WithFunc(%q, …)", p.service.Name, k, k.name)
			}
		}
	}
	return nil
}

func newPolicy(service, name string, l Limit) *Policy {
	return &Policy{
		Service: service, Name: name,
		MaxCalls: l.MaxCalls, Period: l.Period, Algorithm: l.Algorithm, Burst: l.burst(),
	}
}

func newLimit(policy *Policy, keys []Key) *limit {
	id := policyPrefix(policy).id()
	return &limit{policy: policy, keys: keys, prefix: id[:], fixed: id, label: quoted(policy.Name)}
}

// policyPrefix begins the ids of a policy's budgets. It has all of the policy, so that
// budgets do not outlive a change of it.
func policyPrefix(p *Policy) encoder {
	return encoder{}.text(p.Service).text(p.Name).number(uint64(p.MaxCalls)).
		number(uint64(p.Period)).number(uint64(p.Algorithm)).number(uint64(p.Burst))
}

// newPlan returns the plan of limits, each policy once: a call is charged once to a
// group. It is nil if there are none.
func newPlan(limits []*limit) *plan {
	p := &plan{}
	for _, l := range limits {
		if slices.ContainsFunc(p.limits, func(other *limit) bool { return other.policy == l.policy }) {
			continue
		}
		p.limits = append(p.limits, l)
		p.needsRequest = p.needsRequest || slices.ContainsFunc(l.keys, func(k Key) bool { return k.source == requestSource })
	}
	if len(p.limits) == 0 {
		return nil
	}
	p.policyValues = []string{policyHeader(p.limits)}
	return p
}
