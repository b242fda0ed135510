"""CodePipeline and CodeDeploy of all accounts and regions: what is seen, and the transition that compliance closes."""

from deployments.gates.pipelines import answer, block, observe

JOBS = (observe.JOB, block.JOB, answer.JOB)
