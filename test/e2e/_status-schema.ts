import * as z from 'zod';

/** What scripts rely on of `status --json`; more may be there. */
export const statusSchema = z.object({
  schema: z.literal('haplat.status/1'),
  project: z.string(),
  healthy: z.boolean(),
  vip: z.object({ address: z.ipv4(), holders: z.array(z.string()) }),
  services: z.array(
    z.object({
      name: z.string(), component: z.string(), state: z.string(), health: z.string(), role: z.string(), image: z.string(), address: z.string(),
      startedAt: z.iso.datetime().nullable(),
    }),
  ),
  redundancy: z.array(z.object({ layer: z.string(), nodes: z.number(), healthy: z.number(), survivesLossOfOne: z.boolean() })),
  certificates: z.array(z.object({ file: z.string(), subject: z.string(), notAfter: z.iso.datetime(), daysLeft: z.number() })),
  endpoints: z.object({ https: z.url(), traefikDashboard: z.url(), netdata: z.url() }),
});
