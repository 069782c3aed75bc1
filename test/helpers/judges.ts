/** Programs in other languages that judge chains with their own libraries, and print `ok` or `refused` for each. */

/** Arguments, three at a time: the trusted root, the chain, `server` or `client`. */
export const JAVA = `
import java.io.*; import java.security.KeyStore; import java.security.cert.*; import java.util.*; import javax.net.ssl.*;
public class Judge {
  public static void main(String[] args) throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    for (int i = 0; i < args.length; i += 3) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      try (InputStream in = new FileInputStream(args[i])) { store.setCertificateEntry("root", factory.generateCertificate(in)); }
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(store);
      X509TrustManager manager = (X509TrustManager) trust.getTrustManagers()[0];
      Collection<? extends Certificate> chain;
      try (InputStream in = new FileInputStream(args[i + 1])) { chain = factory.generateCertificates(in); }
      X509Certificate[] certificates = chain.toArray(new X509Certificate[0]);
      String verdict = "ok";
      try {
        if (args[i + 2].equals("server")) manager.checkServerTrusted(certificates, "ECDHE_ECDSA");
        else manager.checkClientTrusted(certificates, "UNKNOWN");
      } catch (CertificateException e) { verdict = "refused"; }
      System.out.println(verdict);
    }
  }
}
`;

/** Arguments, four at a time: the trusted root, the chain, `server` or `client`, a name or nothing. */
export const GO = `
package main

import ("crypto/x509"; "encoding/pem"; "fmt"; "os")

func pool(path string) (*x509.CertPool, []*x509.Certificate) {
  data, err := os.ReadFile(path)
  if err != nil { panic(err) }
  all, found := x509.NewCertPool(), []*x509.Certificate{}
  for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
    certificate, err := x509.ParseCertificate(block.Bytes)
    if err != nil { panic(err) }
    all.AddCert(certificate)
    found = append(found, certificate)
  }
  return all, found
}

func main() {
  for i := 1; i < len(os.Args); i += 4 {
    roots, _ := pool(os.Args[i])
    between, chain := pool(os.Args[i + 1])
    usage := x509.ExtKeyUsageServerAuth
    if os.Args[i + 2] == "client" { usage = x509.ExtKeyUsageClientAuth }
    _, err := chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, DNSName: os.Args[i + 3], KeyUsages: []x509.ExtKeyUsage{usage}})
    if err == nil { fmt.Println("ok") } else { fmt.Println("refused") }
  }
}
`;
