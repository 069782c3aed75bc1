/** Preloaded into a child: at its end, the processor time that it took goes into the file PKI_TEST_CPU. */
import { writeFileSync } from 'node:fs';

process.on('exit', () => writeFileSync(process.env.PKI_TEST_CPU, JSON.stringify(process.cpuUsage())));
