/** Programs that shake hands with servers on this machine by their own TLS library, and print `ok` or `refused` for each. */

/** Arguments: the module of Python, then three at a time: the trusted root, the port, the name. */
export const PYTHON = `
import importlib, socket, ssl, sys
module, asked = sys.argv[1], sys.argv[2:]
lib = importlib.import_module(module)

def rustls(root, name):
    context = lib.SSLContext(lib.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=root)
    return lambda tcp: context.wrap_socket(tcp, server_hostname=name)

def strict(root, name):
    context = ssl.create_default_context(cafile=root)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return lambda tcp: context.wrap_socket(tcp, server_hostname=name)

def mbedtls(root, name):
    store = lib.tls.TrustStore()
    store.add(lib.x509.CRT.from_file(root))
    context = lib.tls.ClientContext(lib.tls.TLSConfiguration(trust_store=store, validate_certificates=True))
    def wrap(tcp):
        tls = context.wrap_socket(tcp, server_hostname=name)
        tls.do_handshake()
        return tls
    return wrap

ways = {'ssl': (strict, ssl.SSLError), 'rtls': (rustls, getattr(lib, 'SSLError', None)), 'mbedtls': (mbedtls, None)}
way, refusal = ways[module]
if module == 'mbedtls':
    import mbedtls.exceptions, mbedtls.tls, mbedtls.x509
    refusal = mbedtls.exceptions.TLSError
while asked:
    (root, port, name), asked = asked[:3], asked[3:]
    try:
        wrap = way(root, name)
        with socket.create_connection(('127.0.0.1', int(port))) as tcp:
            wrap(tcp)
            print('ok')
    except (refusal, ssl.SSLError) as error:
        print('refused')
        print(name, error, file=sys.stderr)
`;

/** Arguments: versions of TLS joined by commas, then three at a time as above. The first line is the release of OTP. */
export const ERLANG = `#!/usr/bin/env escript
main([Versions | Asked]) ->
  {ok, _} = application:ensure_all_started(ssl),
  logger:set_primary_config(level, none),
  io:format("~s~n", [erlang:system_info(otp_release)]),
  ask([list_to_atom(V) || V <- string:split(Versions, ",", all)], Asked).

ask(_, []) -> ok;
ask(Versions, [Root, Port, Name | Rest]) ->
  Match = public_key:pkix_verify_hostname_match_fun(https),
  Options = [{verify, verify_peer}, {cacertfile, Root}, {server_name_indication, Name}, {versions, Versions},
    {customize_hostname_check, [{match_fun, Match}]}],
  case ssl:connect({127, 0, 0, 1}, list_to_integer(Port), Options) of
    {ok, Socket} -> ssl:close(Socket), io:format("ok~n");
    {error, {tls_alert, Alert}} -> io:format("refused~n"), io:format(standard_error, "~s ~p~n", [Name, Alert])
  end,
  ask(Versions, Rest).
`;

/** A page that asks for each of these URLs, one after the other, and then shows what came of it. */
export function pageOf(urls: readonly string[]): string {
  return `<pre></pre><script>
const said = ${JSON.stringify(urls)}.map((url) => {
  const request = new XMLHttpRequest();
  request.open('GET', url, false);
  try {
    request.send();
    return request.status === 200 ? 'ok' : 'answered ' + request.status;
  } catch {
    return 'refused';
  }
});
document.querySelector('pre').textContent = said.join('\\n');
</script>`;
}
