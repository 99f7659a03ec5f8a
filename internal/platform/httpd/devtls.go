package httpd

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/clock"
)

const (
	certificateLife = 365 * 24 * time.Hour
	certificateLeft = 7 * 24 * time.Hour // less is renewed
)

// DevTLS gives a self-signed certificate for this machine alone (localhost,
// 127.0.0.1 and ::1), kept as tls.crt and tls.key in dir, so that a browser
// told to trust it does so tomorrow. Clients can be pointed at tls.crt as a CA.
func DevTLS(dir string, c clock.Clock) (*tls.Config, error) {
	certFile, keyFile := filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil || pair.Leaf.NotAfter.Before(c.Now().Add(certificateLeft)) {
		if err := createCertificate(certFile, keyFile, c.Now()); err != nil {
			return nil, fmt.Errorf("make certificate: %w", err)
		}
		if pair, err = tls.LoadX509KeyPair(certFile, keyFile); err != nil {
			return nil, fmt.Errorf("read certificate: %w", err)
		}
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}, nil
}

func createCertificate(certFile, keyFile string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return err
	}
	cert, err := x509.CreateCertificate(rand.Reader, template(serial, now), template(serial, now), key.Public(), key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return errors.Join(
		os.MkdirAll(filepath.Dir(certFile), 0o700),
		writePEM(keyFile, "PRIVATE KEY", private, 0o600),
		writePEM(certFile, "CERTIFICATE", cert, 0o644))
}

func template(serial *big.Int, now time.Time) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "Souk, development on this machine"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(certificateLife),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:              []string{"localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		BasicConstraintsValid: true, // and no CA: whoever trusts it trusts this one server
	}
}

func writePEM(path, kind string, der []byte, mode os.FileMode) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode)
}
