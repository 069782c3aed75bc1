// Command peer makes a root and n servers below it as the tools written in Go do: one process, one leaf after the
// other, crypto/x509, files written without a sync. It is what bench/peer.ts measures apply against.
//
//	peer <folder> <n> <ecdsa-p256|rsa-2048> <output,output,...>
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func main() {
	folder, kind, outputs := os.Args[1], os.Args[3], strings.Split(os.Args[4], ",")
	leaves, err := strconv.Atoi(os.Args[2])
	check(err)
	rootKey := newKey("ecdsa-p256")
	root := template("Root", 10*365)
	root.IsCA, root.BasicConstraintsValid, root.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
	rootDer, err := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	check(err)
	root, err = x509.ParseCertificate(rootDer)
	check(err)
	write(filepath.Join(folder, "authorities", "root"), outputs, rootKey, root, rootDer, nil)
	for i := range leaves {
		name := fmt.Sprintf("s%d", i)
		key := newKey(kind)
		leaf := template(name+".example.test", 90)
		leaf.DNSNames, leaf.KeyUsage = []string{name + ".example.test"}, x509.KeyUsageDigitalSignature
		leaf.ExtKeyUsage, leaf.BasicConstraintsValid = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, true
		der, err := x509.CreateCertificate(rand.Reader, leaf, root, key.Public(), rootKey)
		check(err)
		write(filepath.Join(folder, "servers", name), outputs, key, leaf, der, rootDer)
	}
}

func newKey(kind string) crypto.Signer {
	if kind == "rsa-2048" {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		check(err)
		return key
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	return key
}

func template(name string, days int) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 159))
	check(err)
	now := time.Now()
	return &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: now, NotAfter: now.AddDate(0, 0, days)}
}

func write(folder string, outputs []string, key crypto.Signer, cert *x509.Certificate, der, rootDer []byte) {
	check(os.MkdirAll(folder, 0o755))
	if rootDer == nil {
		rootDer = der
	}
	for _, output := range outputs {
		content, mode := pemText("CERTIFICATE", der), os.FileMode(0o644)
		switch output {
		case "key":
			pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
			check(err)
			content, mode = pemText("PRIVATE KEY", pkcs8), 0o600
		case "csr":
			request := &x509.CertificateRequest{Subject: cert.Subject, DNSNames: cert.DNSNames}
			csr, err := x509.CreateCertificateRequest(rand.Reader, request, key)
			check(err)
			content = pemText("CERTIFICATE REQUEST", csr)
		case "ca":
			content = pemText("CERTIFICATE", rootDer)
		}
		check(os.WriteFile(filepath.Join(folder, output+".pem"), content, mode))
	}
}

func pemText(label string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
