import {expect} from 'chai';
import {dynoLabels, dynoOfLabels, labelFilter} from '../../../src/engine/docker/labels.js';
import type {DynoSpec} from '../../../src/engine/engine.js';

const spec: DynoSpec = {
  id: '01234567-89ab-cdef-0123-456789abcdef',
  appId: 'app-id',
  app: 'demo',
  name: 'web.1',
  kind: 'formation',
  release: 7,
  image: 'dyno/release:x',
  command: 'node "a b".js --x=$PORT',
  env: {SECRET: 'never in a label'},
  size: 'Standard-2X',
  memoryMb: 1024,
  memoryKillMb: 2048,
  cpuShare: 2,
  processes: 512,
  port: 30_000,
  network: 'us',
};

describe('labels', () => {
  it('carry all that adoption needs, and nothing secret', () => {
    const labels = dynoLabels({owner: 'me', runtime: 'us'}, spec, 1234);
    expect(dynoOfLabels(labels)).to.deep.equal({
      id: spec.id,
      appId: 'app-id',
      app: 'demo',
      name: 'web.1',
      kind: 'formation',
      release: 7,
      size: 'Standard-2X',
      command: spec.command,
      port: 30_000,
      createdAt: 1234,
      attached: false,
    });
    expect(JSON.stringify(labels)).to.not.include('never in a label');
    const others = dynoOfLabels(dynoLabels({owner: 'me', runtime: 'us'}, {...spec, port: null, timeToLiveMs: 500}, 1));
    expect(others).to.include({port: null, timeToLiveMs: 500});
  });

  it('filter by value and by presence', () => {
    expect(labelFilter({a: '1', b: '2'}, 'c')).to.deep.equal({label: ['a=1', 'b=2', 'c']});
  });
});
