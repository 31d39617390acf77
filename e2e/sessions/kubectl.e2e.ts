import { join } from 'node:path';
import { compareSessions, type Session } from './compare.ts';
import { steps } from './play.ts';

const files = join(import.meta.dirname, 'files');

const sessions: Session[] = [
  {
    name: 'kubectl: objects',
    cwd: files,
    steps: steps(`
      kubectl create namespace demo
      kubectl create namespace demo
      kubectl apply -n demo -f deployment.yaml
      kubectl apply -n demo -f deployment.yaml
      kubectl rollout status -n demo deployment/web --timeout=30s
      kubectl get -n demo deployments
      kubectl get -n demo deployments -o wide
      kubectl get -n demo all
      kubectl get -n demo deployment web -o jsonpath='{.spec.template.spec.containers[0].image} {.status.readyReplicas}'
      kubectl get -n demo deployment web -o custom-columns=NAME:.metadata.name,READY:.status.readyReplicas
      kubectl get -n demo pods -l app=web --field-selector=status.phase=Running -o name | wc -l
      kubectl get -n demo pods -l app=nothing
      kubectl get -n demo deployment nothing
      kubectl get -n demo nothing
      kubectl describe -n demo deployment web
      kubectl diff -n demo -f deployment-changed.yaml
      kubectl apply -n demo -f deployment-changed.yaml
      kubectl rollout status -n demo deployment/web --timeout=30s
      kubectl rollout history -n demo deployment/web
      kubectl rollout undo -n demo deployment/web
      kubectl rollout status -n demo deployment/web --timeout=30s
      kubectl scale -n demo deployment web --replicas=3
      kubectl wait -n demo --for=jsonpath='{.status.readyReplicas}'=3 deployment/web --timeout=30s
      kubectl wait -n demo --for=condition=Available deployment/web --timeout=30s
      kubectl label -n demo deployment web tier=front
      kubectl annotate -n demo deployment web note=hello
      kubectl label -n demo deployment web tier=back
      kubectl get -n demo deployment web --show-labels
      kubectl set image -n demo deployment/web web=example.org/web:3
      kubectl rollout restart -n demo deployment/web
      kubectl delete -n demo deployment web
      kubectl delete -n demo deployment web
      kubectl delete -n demo deployment web --ignore-not-found
    `),
  },
  {
    name: 'kubectl: configuration and secrets',
    cwd: files,
    steps: steps(`
      kubectl create namespace config
      kubectl create configmap settings -n config --from-literal=a=1 --from-literal=b=2
      kubectl create configmap settings -n config --from-literal=a=1
      kubectl get configmap settings -n config -o yaml
      kubectl create secret generic password -n config --from-literal=password=hidden
      kubectl describe secret password -n config
      kubectl get secret password -n config -o jsonpath='{.data.password}' | base64 -d
      kubectl patch configmap settings -n config --type=merge -p '{"data":{"a":"three","b":null}}'
      kubectl patch configmap settings -n config --type=json -p '[{"op":"add","path":"/data/c","value":"4"}]'
      kubectl patch configmap settings -n config -p '{"data":{"d":"5"}}'
      kubectl patch configmap settings -n config --type=json -p '[{"op":"test","path":"/data/c","value":"no"}]'
      kubectl get configmap settings -n config -o jsonpath='{.data}'
      KUBE_EDITOR='sed -i s/three/four/' kubectl edit configmap settings -n config
      kubectl get configmap settings -n config -o jsonpath='{.data}'
      kubectl create configmap settings -n config --from-literal=a=9 --dry-run=client -o yaml | kubectl replace -f -
      kubectl get configmap settings -n config -o jsonpath='{.data}'
      kubectl delete configmap settings -n config
      kubectl apply -n config -f list.yaml
      kubectl get -n config configmaps -l list=yes -o yaml | kubectl apply -n config -f -
      kubectl diff -n config -f list.yaml
      kubectl delete -n config -f list.yaml
      kubectl create serviceaccount robot -n config
      kubectl create token robot -n config --duration=10m
      kubectl create role reader -n config --verb=get,list --resource=configmaps
      kubectl create rolebinding reader -n config --role=reader --serviceaccount=config:robot
      kubectl auth can-i list configmaps -n config --as=system:serviceaccount:config:robot
      kubectl auth can-i delete configmaps -n config --as=system:serviceaccount:config:robot
      kubectl get configmaps -n config --as=system:serviceaccount:config:robot -o name
      kubectl get secrets -n config --as=system:serviceaccount:config:robot
      kubectl auth whoami -o jsonpath='{.status.userInfo.groups}'
      kubectl delete namespace config --timeout=50s
      kubectl get namespace config
    `),
  },
  {
    name: 'kubectl: server-side apply and validation',
    cwd: files,
    steps: steps(`
      kubectl create namespace apply
      kubectl apply --server-side -n apply -f deployment.yaml
      kubectl apply --server-side -n apply -f deployment.yaml --field-manager=other
      kubectl apply --server-side -n apply -f deployment-changed.yaml --field-manager=other
      kubectl apply --server-side -n apply -f deployment-changed.yaml --field-manager=other --force-conflicts
      kubectl get deployment web -n apply -o yaml --show-managed-fields | grep -E 'manager: (kubectl|other)'
      kubectl diff --server-side -n apply -f deployment.yaml
      kubectl apply -n apply -f unknown-field.yaml
      kubectl apply -n apply -f unknown-field.yaml --validate=warn
      kubectl apply -n apply -f wrong-type.yaml
      kubectl apply -n apply -f bad-selector.yaml
      kubectl apply -n apply -f deployment.yaml --dry-run=server
      kubectl create -n apply -f job.yaml
      kubectl wait -n apply --for=condition=Complete job/once --timeout=40s
      timeout 40 sh -c 'until kubectl get events -n apply -o name --field-selector reason=Completed | grep -q .; do sleep 0.2; done'
      kubectl get -n apply jobs
      kubectl describe -n apply job once
      kubectl events -n apply --for job/once
      kubectl explain deployment.spec.strategy
      kubectl explain job.spec.backoffLimit
      kubectl explain nothing
      kubectl get --raw /version | grep -c gitVersion
      kubectl get --raw /readyz
      kubectl api-versions | grep -E '^(v1|apps/v1|batch/v1)$'
      kubectl api-resources --api-group=apps
      kubectl api-resources --api-group=batch
      kubectl get deployments -A -o name
      timeout 3 kubectl get configmaps -n apply -w
      kubectl delete -n apply job once
      kubectl delete -n apply -f deployment.yaml
    `),
  },
  {
    name: 'kubectl: custom resources',
    cwd: files,
    steps: steps(`
      kubectl apply -f crd.yaml
      kubectl wait --for=condition=Established crd/gadgets.example.org --timeout=20s
      kubectl get gadgets
      kubectl apply -f gadget.yaml
      kubectl get gadgets
      kubectl get gd -o wide
      kubectl get gadget small -o yaml
      kubectl apply -f gadget-bad.yaml
      kubectl patch gadget small --type=merge -p '{"spec":{"size":7}}'
      kubectl patch gadget small -p '{"spec":{"size":8}}'
      kubectl patch gadget small --type=merge --subresource=status -p '{"status":{"phase":"Fine"}}'
      kubectl wait --for=jsonpath='{.status.phase}'=Fine gadget/small --timeout=10s
      kubectl describe gadget small
      kubectl explain gadget.spec
      kubectl apply --server-side -f gadget.yaml --force-conflicts
      kubectl delete gadget small
      kubectl delete crd gadgets.example.org
      kubectl get gadgets
    `),
  },
];

compareSessions(sessions);
