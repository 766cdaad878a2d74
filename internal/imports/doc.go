// Package imports has no code. Its test holds the rule that imports point down only, in
// all modules of the repository.
package imports
