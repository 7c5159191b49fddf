"""Where functions and tasks run."""

from dataclasses import dataclass

from aws_cdk import aws_ec2 as ec2


@dataclass(frozen=True, slots=True)
class Placement:
    """A VPC and the security group of all workers in it.

    Args:
        vpc: The VPC; on one machine a stand-in that only gives the tasks' call its fields.
        workers: The security group of functions and container tasks.
        functions_inside: Whether functions are attached to the VPC.
    """

    vpc: ec2.IVpc
    workers: ec2.ISecurityGroup
    functions_inside: bool
