import {describeMainJob} from './main-job.js';

describe('the main job', () => describeMainJob('process'));
