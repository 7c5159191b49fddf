"""Language and embedding models are granted one by one."""

from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Template

from infra.constructs.function import grant_invoke_model


def test_a_function_may_invoke_the_model_that_is_named_and_no_other() -> None:
    stack = Stack(App(), "Models")
    function = lambda_.Function(
        stack,
        "Function",
        runtime=lambda_.Runtime.PYTHON_3_11,
        handler="handler.handler",
        code=lambda_.Code.from_inline("handler = None"),
    )
    grant_invoke_model(function, "example.model-v1:0")
    (policy,) = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Effect"]) == ("bedrock:InvokeModel", "Allow")
    address = "".join(part for part in statement["Resource"]["Fn::Join"][1] if isinstance(part, str))
    assert address.endswith("::foundation-model/example.model-v1:0")
    assert "*" not in address
