/** What follows the help of `serve`; the probe's flags are read by src/runtime/drill/probe/options.ts. */
export const serveRoles = `
api, worker and guardian take their settings from the environment of their containers, jobs a request of "haplat jobs".
probe asks for one URL, open loop, and writes down each answer, one JSON document a line. Its flags, with the defaults:
  --url URL                what is asked for; the host is an address, nothing is resolved
  --mode fresh,pooled      a new connection for each request, or kept ones, or both side by side (fresh)
  --rate N                 requests a second in each mode, 1 to 2000 (100)
  --duration-ms N          ends the load (600000)
  --timeout-ms N           for a request (1000)
  --connect-timeout-ms N   for its connection (1000)
  --ca-file FILE           the certificates to trust, in place of the system's
  --server-name NAME       for SNI and the certificate, in place of the address
  --ledger-rate N          items a second that are written, processed and looked up afterwards, 0 to 200 (0)
  --write-timeout-ms N     for a write (5000)
  --run-id TEXT            begins the keys of what is written (probe)
  --settle-ms N            for the look-ups at the end (60000)
Example:
  haplat serve probe --url https://127.0.0.1/items --server-name localhost --ca-file ca.crt --rate 20 --duration-ms 2000
`;
