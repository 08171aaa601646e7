import * as z from 'zod';
import { imageReferencePattern } from './image-reference.ts';
import { managers } from './managers.ts';

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'use lower-case letters, digits and hyphens (at most 31), starting with a letter or digit');
const imageReference = z.string().regex(imageReferencePattern, 'use an image reference such as postgres:17 or registry.example.com/postgres:17');
const port = z.int().min(1).max(65535);
const ipv4 = z.ipv4('use an IPv4 address such as 172.20.0.100');
const ip = z.union([z.ipv4(), z.ipv6()], 'use an address such as 0.0.0.0, ::1 or 192.0.2.1');
const cidr = z.cidrv4('use a subnet such as 172.20.0.0/16');
const milliseconds = (min: number, max: number) => z.int().min(min).max(max);
const dnsName = z
  .string()
  .regex(/^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i, 'use a DNS name or an address')
  // Numbers alone are taken for an address by whoever reads a certificate (WHATWG URL, "ends in a number").
  .refine((text) => !/(^|\.)\d+$/.test(text));
const path = z.string().min(1);
const socketPath = z
  .string()
  .regex(/^(?:unix:\/\/)?\/./, 'use the whole path of a socket, such as /var/run/docker.sock')
  // As DOCKER_HOST has it.
  .transform((text) => text.replace(/^unix:\/\//, ''));

/** The whole configuration. Every key has a default, so that an absent haplat.yaml is a valid one. */
export const configSchema = z.strictObject({
  project: name.default('haplat'),
  network: z
    .strictObject({
      subnet: cidr.default('172.20.0.0/16'),
      vip: ipv4.default('172.20.0.100'),
      appSubnet: cidr.default('172.21.0.0/24'),
      dataSubnet: cidr.default('172.21.1.0/24'),
      controlSubnet: cidr.default('172.21.2.0/24'),
    })
    .prefault({}),
  ports: z
    .strictObject({
      /** `::` stands for all of both families. */
      bindAddress: ip.default('0.0.0.0'),
      http: port.default(80),
      https: port.default(443),
      dashboard: port.default(8080),
      netdata: port.default(19999),
    })
    .prefault({}),
  loadBalancers: z
    .strictObject({
      image: imageReference.default('traefik:v3'),
      logLevel: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
      accessLog: z.enum(['all', 'problems', 'none']).default('problems'),
      manager: z.enum(managers, `use ${managers.join(' or ')}`).default('keepalived'),
      /** Absent: two with Keepalived, three with Pacemaker. */
      nodes: z.int().min(0).max(7).optional(),
      /** Of the cluster's nodes, the quorum node last; absent: chosen from the subnet. */
      addresses: z.array(ipv4).optional(),
      quorumNode: z.boolean().default(false),
      fencing: z.boolean().default(true),
      authkeyFile: path.optional(),
    })
    .prefault({}),
  vrrp: z
    .strictObject({
      version: z.union([z.literal(2), z.literal(3)], 'use 2 or 3').default(3),
      virtualRouterId: z.int().min(1).max(255).default(51),
      advertIntervalMs: milliseconds(10, 40_000).default(50),
      downTimerAdverts: z.int().min(1).max(100).default(4),
      checkMode: z.enum(['http', 'process']).default('http'),
      checkIntervalMs: milliseconds(20, 60_000).default(100),
      checkTimeoutMs: milliseconds(20, 60_000).default(250),
      checkFailures: z.int().min(1).max(100).default(2),
      checkRises: z.int().min(1).max(100).default(2),
    })
    .prefault({}),
  app: z
    .strictObject({
      replicas: z.int().min(1).max(20).default(2),
      logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
      memoryLimitMiB: z.int().min(64).max(65536).default(256),
      /** Of jobs that are done; 0: for ever. */
      jobRetentionDays: z.int().min(0).max(36_500).default(30),
    })
    .prefault({}),
  worker: z
    .strictObject({
      replicas: z.int().min(1).max(20).default(2),
      prefetch: z.int().min(1).max(1000).default(10),
      logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
      memoryLimitMiB: z.int().min(64).max(65536).default(256),
    })
    .prefault({}),
  postgres: z
    .strictObject({
      image: imageReference.default('postgres:17'),
      database: z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, 'use lower-case letters, digits and underscores').default('haplat'),
      user: z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, 'use lower-case letters, digits and underscores').default('haplat'),
      passwordFile: path.optional(),
    })
    .prefault({}),
  rabbitmq: z
    .strictObject({
      image: imageReference.default('rabbitmq:4-management'),
      user: z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, 'use lower-case letters, digits and underscores').default('haplat'),
      passwordFile: path.optional(),
    })
    .prefault({}),
  netdata: z
    .strictObject({
      enabled: z.boolean().default(true),
      image: imageReference.default('netdata/netdata:stable'),
    })
    .prefault({}),
  engineProxy: z.strictObject({ image: imageReference.default('haproxy:3.0') }).prefault({}),
  baseImage: imageReference.default('debian:trixie-slim'),
  certificates: z
    .strictObject({
      names: z.array(z.union([z.ipv4(), z.ipv6(), dnsName], 'use a DNS name or an address')).default([]),
      /** With fewer it would have to be renewed at once. */
      days: z.int().min(2).max(825).default(397),
      certFile: path.optional(),
      keyFile: path.optional(),
    })
    .prefault({}),
  objectives: z
    .strictObject({
      maxDowntimeMs: milliseconds(0, 3_600_000).default(1000),
      maxFailedRequests: z.int().min(0).optional(),
      maxLostWrites: z.int().min(0).default(0),
      maxRestoreMs: milliseconds(0, 3_600_000).optional(),
    })
    .prefault({}),
  timeouts: z
    .strictObject({
      healthyMs: milliseconds(1000, 3_600_000).default(120_000),
      lockMs: milliseconds(0, 3_600_000).default(300_000),
    })
    .prefault({}),
  /** Absent: the one that haplat itself talks to. */
  engine: z.strictObject({ socketPath: socketPath.optional() }).prefault({}),
  stateDirectory: path.optional(),
});

/** A checked configuration with every default filled in. */
export type Config = z.infer<typeof configSchema>;
