"""The network of a stage in the cloud: private subnets, endpoints, one security group of workers."""

# jsii generates protocols whose parameter names differ from its classes', so these rules only cry wolf here.
# pyright: reportArgumentType=false

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.config import Network, StageConfig
from infra.constructs.placement import Placement
from infra.constructs.watch import log_group

_OUTSIDE = {443: "Neo4j Aura, Pinecone, the token issuer and AWS", 7687: "Neo4j over Bolt"}
_INSIDE = {5432: "PostgreSQL", 6379: "Valkey"}
_ENDPOINTS = {
    "Secrets": ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    "Queues": ec2.InterfaceVpcEndpointAwsService.SQS,
    "StateMachines": ec2.InterfaceVpcEndpointAwsService.STEP_FUNCTIONS,
    "Events": ec2.InterfaceVpcEndpointAwsService.EVENTBRIDGE,
    "Logs": ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
    "Keys": ec2.InterfaceVpcEndpointAwsService.KMS,
    "Registry": ec2.InterfaceVpcEndpointAwsService.ECR,
    "Images": ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
}


class NetworkStack(Stack):
    """A VPC whose workers reach AWS by endpoints and the vendors through NAT, and nothing reaches in."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        config: StageConfig,
        network: Network,
        key: kms.IKey | None,
        **stack: object,
    ) -> None:
        super().__init__(scope, name, **stack)
        vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(network.cidr),
            max_azs=network.zones,
            nat_gateways=network.nat_gateways,
            restrict_default_security_group=False,  # it would deploy a function of CDK's own
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="Public",
                    subnet_type=ec2.SubnetType.PUBLIC,
                    cidr_mask=24,
                    map_public_ip_on_launch=False,
                ),
                ec2.SubnetConfiguration(
                    name="Workers", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, cidr_mask=20
                ),
                ec2.SubnetConfiguration(
                    name="Stores", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24
                ),
            ],
        )
        vpc.add_flow_log(
            "FlowLog",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(log_group(self, "Flows", config, key)),
        )
        workers = ec2.SecurityGroup(
            self, "Workers", vpc=vpc, allow_all_outbound=False, description="Functions and container tasks"
        )
        for port, purpose in _OUTSIDE.items():
            workers.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(port), purpose)
        for port, purpose in _INSIDE.items():
            workers.add_egress_rule(ec2.Peer.ipv4(vpc.vpc_cidr_block), ec2.Port.tcp(port), purpose)

        vpc.add_gateway_endpoint("Objects", service=ec2.GatewayVpcEndpointAwsService.S3)
        endpoints = ec2.SecurityGroup(
            self, "Endpoints", vpc=vpc, allow_all_outbound=False, description="Endpoints of AWS services"
        )
        endpoints.add_ingress_rule(workers, ec2.Port.tcp(443), "Workers")
        for endpoint, service in _ENDPOINTS.items():
            vpc.add_interface_endpoint(
                endpoint,
                service=service,
                open=False,
                security_groups=[endpoints],
                subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
            )
        self.placement = Placement(vpc=vpc, workers=workers, functions_inside=True)


def on_one_machine(scope: Construct) -> Placement:
    """A stand-in: the call that starts a task wants a subnet and a group, and nothing reads them."""
    return Placement(
        vpc=ec2.Vpc.from_vpc_attributes(
            scope,
            "Machine",
            vpc_id="vpc-one-machine",
            availability_zones=["one-machine"],
            private_subnet_ids=["subnet-one-machine"],
        ),
        workers=ec2.SecurityGroup.from_security_group_id(scope, "Workers", "sg-one-machine", mutable=False),
        functions_inside=False,
    )
