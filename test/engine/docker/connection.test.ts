import {expect} from 'chai';
import {asDynoError, callUnlessGone} from '../../../src/engine/docker/connection.js';
import {DynoError} from '../../../src/model/error.js';

const answered = (statusCode: number, message: string) =>
  Object.assign(new Error('HTTP'), {statusCode, json: {message}});
const failed = (code: string, syscall: string) => Object.assign(new Error(`${syscall} ${code}`), {code, syscall});

describe('errors of Docker', () => {
  it('have a code per cause', () => {
    const code = (error: unknown) => asDynoError('do it', error).code;
    expect(code(failed('ECONNREFUSED', 'connect'))).to.equal('engine_unreachable');
    expect(code(failed('ENOENT', 'connect'))).to.equal('engine_unreachable');
    expect(code(Object.assign(new Error('socket hang up'), {code: 'ECONNRESET'}))).to.equal('engine_unreachable');
    expect(code(answered(500, 'write /var/lib/docker/x: no space left on device'))).to.equal('disk_full');
    expect(code(answered(409, 'name is in use'))).to.equal('engine_refused');
    expect(code(new DynoError('build_failed', {step: 'x'}))).to.equal('build_failed');
  });

  it('are told in Docker’s words and keep their cause', () => {
    const cause = answered(400, 'OCI runtime create failed');
    const error = asDynoError('start web.1 of demo', cause);
    expect(error.message).to.equal('The docker engine refused to start web.1 of demo: OCI runtime create failed');
    expect(error.cause).to.equal(cause);
  });

  it('are an answer when the thing is gone', async () => {
    const result = (error: Error) =>
      callUnlessGone('look', () => Promise.reject(error)).catch((failure: DynoError) => failure.code);
    expect(await result(answered(404, 'No such container: x'))).to.equal(null);
    expect(await result(answered(409, 'Container x is not running'))).to.equal(null);
    expect(await result(answered(409, 'removal of container x is already in progress'))).to.equal(null);
    expect(await result(answered(409, 'something else'))).to.equal('engine_refused');
  });
});
