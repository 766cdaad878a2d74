package crud

import "sync"

// maxTexts bounds a cache of statement texts: masks come from callers, and each
// text is a prepared statement on every connection.
const maxTexts = 256

// A textCache keeps assembled statements by their shape.
type textCache struct {
	mu    sync.RWMutex
	texts map[string]string
}

// get returns the text of a shape, made by build where it is not there yet. The
// bytes of shape are not kept.
func (c *textCache) get(shape []byte, build func() (string, error)) (string, error) {
	c.mu.RLock()
	text, ok := c.texts[string(shape)]
	c.mu.RUnlock()
	if ok {
		return text, nil
	}
	text, err := build()
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.texts == nil || len(c.texts) >= maxTexts {
		c.texts = make(map[string]string)
	}
	c.texts[string(shape)] = text
	return text, nil
}
