package client

import "sync"

const (
	// fullBudget is how many failures in a row, without a success between them, use up
	// twice what retries may.
	fullBudget = 100
	// perSuccess is what an answer gives back: with all calls failing, retries add a tenth
	// to the load.
	perSuccess = 0.1
)

// A budget keeps a connection from making the trouble of a server larger: each failure
// takes from it, each success gives a little back, and while it is half empty nothing
// is made again (gRFC A6). It is safe for concurrent use.
type budget struct {
	mu   sync.Mutex
	left float64
}

func newBudget() *budget { return &budget{left: fullBudget} }

// failure counts a failed attempt, and reports whether another may be made.
func (b *budget) failure() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = max(b.left-1, 0)
	return b.left > fullBudget/2
}

// success counts an answer.
func (b *budget) success() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.left+perSuccess, fullBudget)
}
