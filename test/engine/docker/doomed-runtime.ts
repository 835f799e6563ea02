import {appendFileSync} from 'node:fs';
import {DockerEngine, type DockerEngineOptions} from '../../../src/engine/docker/docker-engine.js';
import type {DynoSpec} from '../../../src/engine/engine.js';

/**
 * A process that starts a dyno and writes down all that it is given, until it is killed.
 * Arguments: JSON of {engine, spec, record}: engine options, dyno, and the file to append to.
 */
const {
  engine: options,
  spec,
  record,
} = JSON.parse(process.argv[2]!) as {
  engine: DockerEngineOptions;
  spec: DynoSpec;
  record: string;
};
const engine = new DockerEngine(options);
await engine.open();
const dyno = await engine.startDyno(spec, {
  write: (chunk, stream, _time, cursor) =>
    appendFileSync(record, `${JSON.stringify({stream, text: chunk.toString('latin1'), cursor})}\n`),
  end: () => appendFileSync(record, `${JSON.stringify({ended: true})}\n`),
});
appendFileSync(record, `${JSON.stringify({engineId: dyno.engineId})}\n`);
