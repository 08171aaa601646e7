import test from 'ava';
import { outcomeOf } from '../../../../src/runtime/guardian/perform.ts';

const answers = [
  ['start p-traefik_1: Container 3f is restarting, wait until the container is running', 'refused'],
  ['start p-traefik_1: cannot join network of a non running container: 3f', 'refused'],
  ['start p-traefik_1: cannot join network namespace of a non running container: container p-keepalived_1 is exited', 'refused'],
  ['restart x: removal of container 3f is already in progress', 'refused'],
  ['start x: container is marked for removal and cannot be started', 'gone'],
  ['start x: No such container: p-app_1', 'gone'],
  ['start x: driver failed programming external connectivity: port is already allocated', 'failed'],
] as const;

for (const [message, outcome] of answers) {
  test(`the Engine's answer “${message}” is ${outcome}`, (t) => {
    t.is(outcomeOf(message), outcome);
  });
}
