package server

import (
	"context"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
)

// A callLog writes a line for each call: its method, code, reason, duration and peer.
// Nothing that a client or a row says is in it: no message, no metadata, and not the
// text of a status, which may quote one.
type callLog struct{ logger *slog.Logger }

func (l callLog) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	start := time.Now()
	answer, err := handler(ctx, req)
	l.write(ctx, info.FullMethod, start, err)
	return answer, err
}

func (l callLog) stream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	start := time.Now()
	err := handler(srv, stream)
	l.write(stream.Context(), info.FullMethod, start, err)
	return err
}

func (l callLog) write(ctx context.Context, method string, start time.Time, err error) {
	st := status.Convert(err)
	level := levelOf(st.Code())
	if !l.logger.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 5)
	attrs = append(attrs, slog.String("method", clean(method)), slog.String("code", st.Code().String()))
	if reason := reasonOf(st); reason != "" {
		attrs = append(attrs, slog.String("reason", clean(reason)))
	}
	attrs = append(attrs, slog.Duration("duration", time.Since(start)))
	if p, ok := peer.FromContext(ctx); ok && p.Addr != nil {
		attrs = append(attrs, slog.String("peer", clean(p.Addr.String())))
	}
	l.logger.LogAttrs(ctx, level, "call", attrs...)
}

// levelOf returns how much a code is the server's owner's concern.
func levelOf(c codes.Code) slog.Level {
	switch c {
	case codes.Unknown, codes.Internal, codes.DataLoss:
		return slog.LevelError
	case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted:
		return slog.LevelWarn
	default:
		return slog.LevelInfo
	}
}

// reasonOf returns the reason of a status's ErrorInfo, or nothing.
func reasonOf(st *status.Status) string {
	for _, d := range st.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			return info.GetReason()
		}
	}
	return ""
}

// maxLogged is the longest text of others that is logged, in bytes.
const maxLogged = 512

// clean returns text as a line of a log can hold it, whatever the logger's format: no
// line break, no other control character, and not too much.
func clean(s string) string {
	if len(s) > maxLogged {
		s = s[:maxLogged] + "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
