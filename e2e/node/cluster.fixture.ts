import { startCluster } from './cluster.ts';

// A run with a cluster and a pod, for the tests of how runs end: says where it is, then waits to be killed.
const { dir, network, kubeconfigPath, busyboxImage } = await startCluster();
console.log(JSON.stringify({ dir, link: network.link, kubeconfigPath, busyboxImage }));
setInterval(() => {}, 1_000);
