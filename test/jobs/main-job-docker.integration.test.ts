import {describeDocker} from '../support/docker.js';
import {describeMainJob} from './main-job.js';

describeDocker('the main job', () => describeMainJob('docker'));
