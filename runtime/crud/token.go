package crud

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
)

// tokenKeyEnv holds the keys of page tokens, see [WithPageTokenKeys].
const tokenKeyEnv = "CRUD_PAGE_TOKEN_KEY"

// tokenKeySize is that of AES-256.
const tokenKeySize = 32

// A sealer seals and opens page tokens (AIP-158): opaque, so that no client comes to
// depend on what is in them, and authenticated, so that none can be made up. A token
// is base64url of the key's id, a nonce, and the sealed values of the last row's key.
type sealer struct{ keys []tokenKey }

// tokenText is strict, so that a token has one spelling.
var tokenText = base64.RawURLEncoding.Strict()

type tokenKey struct {
	id   byte
	aead cipher.AEAD
}

// newSealer takes the given keys, else the environment's, else the process' own. It
// panics on a key of a wrong size: tokens that other replicas cannot open would fail
// one call in n.
func newSealer(keys [][]byte) *sealer {
	if len(keys) == 0 {
		keys = environmentKeys()
	}
	if len(keys) == 0 {
		return processSealer()
	}
	s := &sealer{}
	for _, k := range keys {
		s.keys = append(s.keys, newTokenKey(k))
	}
	return s
}

func environmentKeys() [][]byte {
	var keys [][]byte
	for text := range strings.SplitSeq(os.Getenv(tokenKeyEnv), ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			panic(fmt.Sprintf("crud: %s is not base64", tokenKeyEnv))
		}
		keys = append(keys, key)
	}
	return keys
}

// processSealer makes the random key once.
var processSealer = sync.OnceValue(func() *sealer {
	slog.Warn("crud: page tokens are sealed with a random key of this process; set " + tokenKeyEnv +
		" or give crud.WithPageTokenKeys, so that they outlive it and serve other replicas")
	key := make([]byte, tokenKeySize)
	rand.Read(key)
	return &sealer{keys: []tokenKey{newTokenKey(key)}}
})

func newTokenKey(key []byte) tokenKey {
	if len(key) != tokenKeySize {
		panic(fmt.Sprintf("crud: a page token key must have %d bytes, not %d", tokenKeySize, len(key)))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the size is right
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // the block size is AES's
	}
	sum := sha256.Sum256(key)
	return tokenKey{id: sum[0], aead: aead}
}

// seal returns the token of a place. binding is what the token is good for.
func (s *sealer) seal(p tokenPlace, binding []byte) (string, error) {
	plain, err := p.marshal()
	if err != nil {
		return "", err
	}
	key := s.keys[0]
	token := key.aead.Seal([]byte{key.id}, nil, plain, binding)
	return tokenText.EncodeToString(token), nil
}

// open returns the place of a token. ok is false for one that was tampered with,
// sealed with another key or for another list; which of these is not told.
func (s *sealer) open(token string, binding []byte) (p tokenPlace, ok bool) {
	raw, err := tokenText.DecodeString(token)
	if err != nil || len(raw) == 0 || strings.ContainsAny(token, "\r\n") { // which decoding skips
		return p, false
	}
	for _, key := range s.keys {
		if key.id != raw[0] {
			continue
		}
		plain, err := key.aead.Open(nil, nil, raw[1:], binding)
		if err != nil {
			continue
		}
		return unmarshalTokenPlace(plain)
	}
	return p, false
}
