import {boolean, string} from '@oclif/core/flags';

/** Flags that many commands share, with one wording. */
export const appFlag = {
  app: string({char: 'a', description: 'app to run command against'}),
  remote: string({char: 'r', description: 'git remote of app to use'}),
};

export const spaceFlag = {
  space: string({char: 's', description: 'private space to run command against', required: true}),
};

export const confirmFlag = {
  confirm: string({char: 'c', description: 'name again, to answer the question beforehand', helpValue: 'NAME'}),
};

export const noWaitFlag = {
  'no-wait': boolean({description: 'return at once'}),
};
