import Table from 'cli-table3';
import type { ServiceStatus, StatusReport } from '../../runtime/status/report.ts';
import { clusterLines } from './cluster.ts';
import type { Paint } from './text.ts';

const plainBorders = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ',
};

/** The report for people: what is wrong first, then the containers, then what could still fail. */
export function presentStatus(report: StatusReport, paint: Paint, columns = 120): string {
  const verdict = report.healthy ? paint.good('healthy') : paint.bad('degraded');
  const holder = report.vip.holders.length === 0 ? paint.bad('nobody') : report.vip.holders.join(', ');
  return [
    `${paint.strong(report.project)}: ${verdict}   ${report.vip.address} is held by ${holder}`,
    ...report.problems.map((problem) => `  ${paint.bad('✖')} ${problem}`),
    ...report.warnings.map((warning) => `  ${paint.strong('!')} ${warning}`),
    '',
    serviceTable(report.services, paint, columns),
    '',
    layerTable(report, paint),
    ...(report.cluster === undefined ? [] : ['', ...clusterLines(report.cluster)]),
    ...report.certificates.map((one) => paint.dim(`certificate ${one.subject}: ${one.daysLeft} days left`)),
  ].join('\n');
}

function serviceTable(services: readonly ServiceStatus[], paint: Paint, columns: number): string {
  const table = makeTable(['NAME', 'STATE', 'ROLE', 'ADDRESS', 'UP FOR', ...(columns >= 100 ? ['IMAGE'] : [])], paint);
  for (const one of services) {
    const state = one.state === 'running' ? one.health : one.state;
    table.push([
      one.name,
      state === 'healthy' ? paint.good(state) : paint.bad(state),
      one.role,
      one.address,
      one.startedAt === null ? '' : formatAge(Date.now() - Date.parse(one.startedAt)),
      ...(columns >= 100 ? [paint.dim(one.image)] : []),
    ]);
  }
  return table.toString();
}

function layerTable(report: StatusReport, paint: Paint): string {
  const table = makeTable(['LAYER', 'HEALTHY', 'LOSS OF ONE'], paint);
  const whatThen = isGuarded(report) ? 'is restarted by the guardian' : 'is not survived';
  for (const one of report.redundancy) {
    const count = `${one.healthy} of ${one.nodes}`;
    table.push([
      one.layer,
      one.healthy === one.nodes ? count : paint.bad(count),
      one.survivesLossOfOne ? paint.good('survives') : paint.dim(whatThen),
    ]);
  }
  return table.toString();
}

/** Whether somebody is there who would restart what is down. */
function isGuarded({ services }: StatusReport): boolean {
  const isWell = (component: string) => services.some((one) => one.component === component && one.health === 'healthy');
  return isWell('guardian') && isWell('engine-proxy');
}

function makeTable(head: readonly string[], paint: Paint) {
  return new Table({
    head: head.map((title) => paint.dim(title)),
    chars: plainBorders,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
}

/** `42 s`, `12 min`, `3 h`, `5 d`. */
function formatAge(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
