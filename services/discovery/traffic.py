"""How requests and messages travel: load balancers, APIs, queues."""

from __future__ import annotations

from portal.aws import apigateway, elbv2, sns, sqs
from services.discovery import Description, Family


def _load_balancer(found: elbv2.LoadBalancer) -> Description:
    target = " → Lambda" if found.serves_lambda else ""
    return Description("load-balancer", f"{found.type.capitalize()} load balancer{target}")


def _api(found: apigateway.Api) -> Description:
    return Description("api-gateway", f"{'Private' if found.private else 'Public'} {found.protocol} API")


def _queue(found: sqs.Queue) -> Description:
    return Description("queue", "SQS, dead letters" if found.is_dead_letter else "SQS")


def _topic(found: sns.Topic) -> Description:
    return Description("topic", "SNS, first in first out" if found.fifo else "SNS")


FAMILIES = (
    Family("alb", "Load balancers", "aws.alb", elbv2.load_balancers,
           ("elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeTags",
            "elasticloadbalancing:DescribeLoadBalancerAttributes", "elasticloadbalancing:DescribeTargetHealth"), _load_balancer),
    Family("apigateway", "REST APIs", "aws.apigateway", apigateway.apis, ("apigateway:GET",), _api),
    Family("http-apis", "HTTP APIs", "aws.apigateway", apigateway.http_apis, ("apigateway:GET",), _api),
    Family("sns", "Topics", "aws.sns", sns.topics, ("sns:ListTopics", "sns:GetTopicAttributes"), _topic),
    Family("sqs", "Queues", "aws.sqs", sqs.queues, ("sqs:ListQueues", "sqs:GetQueueAttributes"), _queue),
)  # fmt: skip
