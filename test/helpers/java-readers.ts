/**
 * Kafka's own client library and PostgreSQL's JDBC driver, from Maven, as readers of our files: where `PKI_JARS` names the
 * folder in which their jars are. One virtual machine answers all questions.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './cli.ts';
import { temporaryFolder } from './folders.ts';

const FOLDER = process.env['PKI_JARS'] ?? '';
const JARS = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.jar')) : [];

/** Why they cannot be asked; empty where they can. */
export const READERS_MISSING = ['kafka-clients', 'postgresql']
  .filter((artifact) => !JARS.some((jar) => jar.startsWith(`${artifact}-`)))
  .map((artifact) => `PKI_JARS names no folder with ${artifact}`)
  .join(', ');

/** Settings of one of them, as its documentation calls them. */
export type Properties = Readonly<Record<string, string>>;

/** What to ask. */
export type Question =
  /** A handshake between two engines that Kafka has made of these settings. */
  | { readonly of: 'kafka'; readonly server: Properties; readonly client: Properties; readonly host: string }
  /** A session of the driver with a database, which is asked who its user is. */
  | { readonly of: 'pgjdbc'; readonly url: string; readonly properties: Properties };

/** `ok` with what was said, or every message of what was thrown. */
export async function askReaders(questions: readonly Question[]): Promise<readonly string[]> {
  const source = join(temporaryFolder(), 'Readers.java');
  writeFileSync(source, JAVA);
  const path = JARS.map((jar) => join(FOLDER, jar)).join(':');
  const run = await runProgram('java', ['-XX:TieredStopAtLevel=1', '-cp', path, source], {
    input: questions.map(lineOf).join(''),
  });
  const answers = run.stdout.split('\n').filter((line) => /^(ok|no)\b/.test(line));
  if (run.code !== 0 || answers.length !== questions.length) throw new Error(run.stderr + run.stdout);
  return answers;
}

function lineOf(question: Question): string {
  const text = (properties: Properties): string =>
    Object.entries(properties)
      .map(([name, value]) => `${name}=${value}`)
      .join('\u0001');
  return question.of === 'kafka'
    ? `kafka\t${text(question.server)}\t${text(question.client)}\t${question.host}\n`
    : `pgjdbc\t${question.url}\t${text(question.properties)}\t\n`;
}

const JAVA = `
import java.io.*; import java.nio.ByteBuffer; import java.security.cert.X509Certificate; import java.sql.*; import java.util.*;
import javax.net.ssl.*; import javax.net.ssl.SSLEngineResult.*;
import org.apache.kafka.common.config.*; import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;

public class Readers {
  public static void main(String[] args) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
    for (String line; (line = in.readLine()) != null; ) {
      String[] fields = line.split("\\t", -1);
      String answer;
      try {
        answer = "ok " + (fields[0].equals("kafka")
          ? shake(kafka(fields[1]), kafka(fields[2]), fields[3])
          : session(fields[1], properties(fields[2])));
      } catch (Throwable thrown) {
        StringBuilder says = new StringBuilder("no");
        for (Throwable t = thrown; t != null; t = t.getCause()) says.append(" | ").append(t.getMessage());
        answer = says.toString().replace('\\n', ' ');
      }
      System.out.println(answer);
    }
  }

  static Properties properties(String text) {
    Properties all = new Properties();
    for (String one : text.split("\\u0001")) {
      int at = one.indexOf('=');
      if (at > 0) all.setProperty(one.substring(0, at), one.substring(at + 1));
    }
    return all;
  }

  static DefaultSslEngineFactory kafka(String text) {
    Properties given = properties(text);
    Map<String, Object> settings = new HashMap<>(new ConfigDef().withClientSslSupport().parse(given));
    settings.put("ssl.client.auth", "required");
    DefaultSslEngineFactory factory = new DefaultSslEngineFactory();
    factory.configure(settings);
    return factory;
  }

  /** The subject that the server takes the client for. */
  static String shake(DefaultSslEngineFactory ours, DefaultSslEngineFactory theirs, String host) throws Exception {
    SSLEngine server = ours.createServerSslEngine(host, 9093), client = theirs.createClientSslEngine(host, 9093, "https");
    ByteBuffer toServer = ByteBuffer.allocate(1 << 17), toClient = ByteBuffer.allocate(1 << 17);
    server.beginHandshake();
    client.beginHandshake();
    for (int turn = 0; turn < 100; turn++) {
      step(client, toClient, toServer);
      step(server, toServer, toClient);
      if (isDone(client) && isDone(server) && toServer.position() == 0 && toClient.position() == 0)
        return ((X509Certificate) server.getSession().getPeerCertificates()[0]).getSubjectX500Principal().getName();
    }
    throw new IOException("no end of the handshake");
  }

  static boolean isDone(SSLEngine engine) { return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING; }

  static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    ByteBuffer plain = ByteBuffer.allocate(1 << 17);
    for (int turn = 0; turn < 20; turn++) {
      for (Runnable task; (task = engine.getDelegatedTask()) != null; ) task.run();
      if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) { engine.wrap(ByteBuffer.allocate(0), out); continue; }
      if (in.position() == 0) return;
      in.flip();
      SSLEngineResult result = engine.unwrap(in, plain);
      in.compact();
      if (result.getStatus() == Status.BUFFER_UNDERFLOW) return;
      plain.clear();
    }
  }

  static String session(String url, Properties properties) throws Exception {
    try (Connection connection = DriverManager.getConnection(url, properties);
        ResultSet rows = connection.createStatement().executeQuery("select current_user")) {
      rows.next();
      return rows.getString(1);
    }
  }
}
`;
