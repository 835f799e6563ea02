import type Docker from 'dockerode';
import type {AbilityFact} from '../../engine.js';
import {ensureNetImage, hostPrograms} from './net-image.js';

/** Whether spaces can be made here, as far as can be told without making one. */
export async function spaceAbility(docker: Docker, directAddress: boolean): Promise<AbilityFact> {
  try {
    if (process.env['DYNO_NET_IMAGE']) await ensureNetImage(docker);
    else hostPrograms();
  } catch (error) {
    return {holds: false, why: (error as Error).message};
  }
  if (directAddress) return {holds: true};
  return {
    holds: true,
    note: 'Dynos are reached on ports of 127.0.0.1 here: any process of this machine can call those, past trusted IP ranges.',
  };
}
