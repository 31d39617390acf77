import { join } from 'node:path';
import { compareSessions, type Session } from './compare.ts';
import { steps } from './play.ts';

/** The folder of `chart`, which the session of `npm test` installs too. */
const cwd = join(import.meta.dirname, '..', '..', 'test', 'sessions');

// `helm status` lists kinds in no order of its own: hence `sort`.
const sessions: Session[] = [
  {
    name: 'helm 4: a release from its install to its end',
    cwd,
    steps: steps(`
      kubectl create namespace first
      helm install web chart -n first --wait --timeout 30s
      helm install web chart -n first
      helm list -n first
      helm list -n first -o json
      helm status web -n first | sort
      helm get values web -n first
      helm get values web -n first --all
      helm get manifest web -n first
      helm get hooks web -n first
      helm get notes web -n first
      helm get metadata web -n first -o json
      kubectl get jobs -n first
      helm upgrade web chart -n first --set image=example.org/notice:2 --wait --timeout 30s
      helm upgrade web chart -n first --reuse-values --set message=bye --dry-run=server
      helm upgrade web chart -n first --reuse-values --set message=bye --wait --timeout 30s --description 'another word'
      helm history web -n first
      helm get values web -n first --revision 2
      helm rollback web 1 -n first --wait --timeout 30s
      helm history web -n first -o json
      helm rollback web 9 -n first
      helm test web -n first
      kubectl get configmap/web service/web deployment/web -n first -o yaml
      helm uninstall web -n first --keep-history --wait --timeout 30s
      helm list -n first --uninstalled
      helm status web -n first
      kubectl get deployments,services,jobs -n first
      helm uninstall web -n first
      helm uninstall web -n first
      helm status web -n first
      helm list -n first
      kubectl get secrets -n first
    `),
  },
  {
    name: 'helm 4: failures and conflicts',
    cwd,
    steps: steps(`
      kubectl create namespace second
      helm install web chart -n second --set hookCode=1 --wait --timeout 30s
      helm list -n second
      helm upgrade --install web chart -n second --wait --timeout 30s
      helm upgrade web chart -n second --set hookCode=1 --timeout 30s
      kubectl get jobs -n second
      helm upgrade web chart -n second --set jobCode=0 --wait --wait-for-jobs --timeout 30s
      helm upgrade web chart -n second --set jobCode=3 --wait --wait-for-jobs --timeout 30s
      helm upgrade web chart -n second --set image=example.org/notice:7,jobCode=3 --rollback-on-failure --wait-for-jobs --timeout 30s
      kubectl get deployment web -n second -o jsonpath='{.spec.template.spec.containers[0].image}'
      helm history web -n second
      helm upgrade web chart -n second --set exitCode=1 --wait --timeout 4s 2>&1 | grep -c 'context deadline exceeded'
      kubectl set image deployment/web -n second main=example.org/notice:8 --field-manager=someone
      helm upgrade web chart -n second --set image=example.org/notice:9
      helm upgrade web chart -n second --set image=example.org/notice:9 --force-conflicts --wait --timeout 30s
      helm upgrade web chart -n second --set image=example.org/notice:10 --server-side=false --wait --timeout 30s
      helm upgrade web chart -n second --set image=example.org/notice:11 --server-side=true --wait --timeout 30s
      kubectl get deployment web -n second -o jsonpath='{.metadata.managedFields[?(@.manager=="helm")]}' --show-managed-fields
      helm install other chart -n second --set replicas=x
      helm upgrade --install other chart -n second --set replicas=x --server-side=false
      helm upgrade other chart -n second --set replicas=1 --wait --timeout 30s
      helm upgrade web chart -n second --force-replace --server-side=false --wait --timeout 30s
      helm install third chart -n absent
      helm install third chart -n created --create-namespace --wait --timeout 30s
      helm upgrade third chart -n created --set-json 'replicas=0' --wait --timeout 30s
      helm list --all-namespaces --short
      helm uninstall web other -n second --wait --timeout 30s
      helm uninstall third -n created --cascade foreground --wait --timeout 30s
    `),
  },
  {
    name: 'helm 3: a release from its install to its end',
    cwd,
    steps: steps(`
      kubectl create namespace third
      helm3 install web chart -n third --wait --timeout 30s
      helm3 list -n third
      helm3 status web -n third
      helm3 get all web -n third
      helm3 upgrade web chart -n third --set image=example.org/notice:2 --wait --timeout 30s
      helm3 history web -n third
      helm3 rollback web 1 -n third --wait --timeout 30s
      helm3 test web -n third
      helm3 upgrade web chart -n third --set hookCode=1 --timeout 30s
      helm3 upgrade web chart -n third --set jobCode=0 --wait --wait-for-jobs --timeout 30s
      helm3 upgrade web chart -n third --set exitCode=1 --atomic --timeout 4s
      helm3 list -n third --all
      helm upgrade web chart -n third --set replicas=3 --wait --timeout 30s
      helm3 history web -n third -o json
      helm3 upgrade web chart -n third --set replicas=x 2>&1 | grep -o 'json: cannot.*'
      helm3 uninstall web -n third --wait --timeout 30s
      helm3 list -n third
    `),
  },
];

compareSessions(sessions);
