import test from 'ava';
import { parse } from 'yaml';
import { fileOf, serviceOf, topologyOf } from './_context.ts';

const keepalivedConf = (config: object, node = 'keepalived_1') => fileOf(serviceOf(topologyOf(config), node), 'keepalived.conf');
const traefikYml = (config: object) => parse(fileOf(serviceOf(topologyOf(config), 'traefik_1'), 'traefik.yml')) as Record<string, unknown>;

test('version 3 follows a file that the check writes, and advertises in fractions of a second', (t) => {
  const conf = keepalivedConf({});
  t.regex(conf, /vrrp_version 3\n/);
  t.regex(conf, /advert_int 0\.05\n {2}down_timer_adverts 4\n/);
  t.regex(conf, /track_file traefik \{\n {2}file "\/run\/traefik\.state"\n {2}weight 0\n\}/);
  t.notRegex(conf, /vrrp_script|killall/);
  t.regex(conf, /172\.20\.0\.100\/16 dev @INTERFACE@/);
});

test('version 2 with a process check is what the tutorials have', (t) => {
  const conf = keepalivedConf({ vrrp: { version: 2, checkMode: 'process', advertIntervalMs: 1000, checkIntervalMs: 2000, checkFailures: 1 } });
  t.regex(conf, /vrrp_version 2\n/);
  t.regex(conf, /advert_int 1\n/);
  t.regex(conf, /script "\/usr\/bin\/killall -0 traefik"\n {2}interval 2\n/);
  t.regex(conf, /fall 1\n/);
  t.notRegex(conf, /track_file/);
});

test('a backup waits for as many announcements as it is told to, and the nodes go before others where processors are short', (t) => {
  t.regex(keepalivedConf({ vrrp: { downTimerAdverts: 3 } }), /down_timer_adverts 3\n/);
  const shares = topologyOf({}).services.filter(({ container }) => container.cpuShares !== undefined);
  t.deepEqual(shares.map(({ name }) => name), ['keepalived_1', 'keepalived_2']);
});

test('version 2 can advertise once a second at most', (t) => {
  t.regex(keepalivedConf({ vrrp: { version: 2, advertIntervalMs: 50 } }), /advert_int 1\n/);
});

test('version 3 advertises in whole hundredths of a second', (t) => {
  t.regex(keepalivedConf({ vrrp: { advertIntervalMs: 14 } }), /advert_int 0\.01\n/);
});

const nodes = ['keepalived_1', 'keepalived_2'];
const priorityOf = (conf: string) => Number(/ priority (\d+)\n/.exec(conf)?.[1]);

test('neither node takes the address back: they are equal, unless one does not reach the API', (t) => {
  const confs = nodes.map((node) => keepalivedConf({}, node));
  for (const conf of confs) t.regex(conf, /reach \{\n {2}file "\/run\/reach\.state"\n {2}weight -20\n.*state BACKUP\n {2}interface/s);
  t.is(new Set(confs.map(priorityOf)).size, 1);
  t.true(priorityOf(confs[0] ?? '') < 255);
});

test('where nobody asks whether the API is reached, one is preferred when both begin, and does not take the address back', (t) => {
  const confs = nodes.map((node) => keepalivedConf({ vrrp: { checkMode: 'process' } }, node));
  for (const conf of confs) t.regex(conf, /state BACKUP\n {2}nopreempt\n/);
  const [first = 0, second = 0] = confs.map(priorityOf);
  t.true(first > second && second > 0 && first < 255);
});

test('a node takes offers of its peers alone, and makes them to these', (t) => {
  const topology = topologyOf({});
  for (const [own, peer] of [['keepalived_1', '172.20.0.12'], ['keepalived_2', '172.20.0.11']] as const) {
    const service = serviceOf(topology, own);
    t.is(service.container.env['PEERS'], peer);
    t.regex(fileOf(service, 'handover.nft'), new RegExp(String.raw`ip saddr \{ ${peer} \} udp dport ${service.container.env['HANDOVER_PORT']} `));
  }
});

test('a node, whoever manages it, notices who is dead on the networks behind it, and not on the public one', (t) => {
  const pacemaker = { loadBalancers: { manager: 'pacemaker' } };
  for (const [input, node] of [[{}, 'keepalived_1'], [pacemaker, 'lb_1']] as const) {
    t.regex(fileOf(serviceOf(topologyOf(input), node), 'notice-the-dead'), /^for subnet in 172\.21\.0\.0\/24 172\.21\.2\.0\/24; do$/m);
  }
});

test('no line of a rendered configuration is left over from the template', (t) => {
  for (const { name, files } of topologyOf().services) {
    for (const { path, text } of files) {
      t.notRegex(text, /<%|%>|undefined|\[object/, `${name}/${path}`);
      t.notRegex(text, /\n\n\n/, `${name}/${path}`);
    }
  }
});

test('Traefik looks for this project\'s containers only', (t) => {
  t.like(traefikYml({ project: 'one' }), {
    providers: { docker: { constraints: 'Label(`io.haplat.project`,`one`)', exposedByDefault: false, network: 'one-app' } },
  });
});

test('plain HTTP is redirected to the port that the client can reach', (t) => {
  const usual = traefikYml({})['entryPoints'] as Record<string, unknown>;
  t.false('web-published' in usual);
  const config = { ports: { http: 8000, https: 8443 } };
  t.like(traefikYml(config), {
    entryPoints: { 'web-published': { http: { redirections: { entryPoint: { to: ':8443', scheme: 'https', permanent: true } } } } },
  });
  const rules = fileOf(serviceOf(topologyOf(config), 'edge'), 'edge.nft');
  t.true(rules.includes('tcp dport 80 dnat to 172.20.0.100:8081'));
  t.true(fileOf(serviceOf(topologyOf(), 'edge'), 'edge.nft').includes('tcp dport 80 dnat to 172.20.0.100:80\n'));
});

test('ping answers in the node\'s own namespace only', (t) => {
  t.like(traefikYml({}), { ping: { entryPoint: 'ping' }, entryPoints: { ping: { address: '127.0.0.1:8082' } } });
});

test('the access log has what went wrong, all of it, or is not there', (t) => {
  const accessLog = (config: object) => traefikYml(config)['accessLog'];
  t.like(accessLog({}), { filters: { statusCodes: ['400-599'], retryAttempts: true, minDuration: '500ms' } });
  t.deepEqual(accessLog({ loadBalancers: { accessLog: 'all' } }), { format: 'json', bufferingSize: 64 });
  t.is(accessLog({ loadBalancers: { accessLog: 'none' } }), undefined);
});
