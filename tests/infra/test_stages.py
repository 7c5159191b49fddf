"""What holds for every stage, as sentences over its templates."""

import json
import re
from typing import Any

import pytest

from .synthesised import ROOT, Stage, as_list, folder_of, referred, tasks_of, text_of

NAMING = {
    "AWS::Lambda::Function": "FunctionName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::IAM::Role": "RoleName",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::ECS::Cluster": "ClusterName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::SecretsManager::Secret": "Name",
}
ONLY_IN_THE_CLOUD = re.compile(r"AWS::(EC2|RDS|ElastiCache|KMS|SecretsManager)::.*|AWS::IAM::ManagedPolicy")


def _alarms(stage: Stage, metric: str) -> set[str]:
    return {
        referred(dimension["Value"])
        for alarm in stage.of("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == metric
        for dimension in alarm["Dimensions"]
    }


def _id(name: str) -> str:
    return name.rpartition("/")[2]


def test_no_bucket_is_public_or_speaks_plain_http(stage: Stage) -> None:
    buckets = stage.of("AWS::S3::Bucket")
    denied = {
        referred(policy["Bucket"])
        for policy in stage.of("AWS::S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        and statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport") == "false"
    }
    assert len(buckets) == 3
    for name, bucket in buckets.items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
        assert bucket["BucketEncryption"], name
        assert bucket["LifecycleConfiguration"]["Rules"], name
        assert _id(name) in denied, f"{name} takes requests without TLS"


def test_in_the_cloud_files_logs_and_alarms_lie_under_the_stages_own_key(dev: Stage, prod: Stage) -> None:
    """But for the buckets' access logs, which S3 writes under its own keys only."""
    for stage in (dev, prod):
        (key,) = stage.of("AWS::KMS::Key").values()
        assert key["EnableKeyRotation"] is True
        for name, bucket in stage.of("AWS::S3::Bucket").items():
            (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
            algorithm = rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"]
            assert algorithm == ("AES256" if _id(name).startswith("AccessLogs") else "aws:kms"), name
        for kind, field in (("AWS::Logs::LogGroup", "KmsKeyId"), ("AWS::SNS::Topic", "KmsMasterKeyId")):
            assert [name for name, item in stage.of(kind).items() if field not in item] == [], kind


def test_the_stages_key_serves_logs_and_alarms_of_its_own_account_only(prod: Stage) -> None:
    (key,) = prod.of("AWS::KMS::Key").values()
    services = [
        (statement["Principal"]["Service"], statement["Condition"])
        for statement in key["KeyPolicy"]["Statement"]
        if "Service" in statement["Principal"]
    ]
    assert len(services) == 2
    for principal, condition in services:
        assert "AWS::AccountId" in json.dumps(condition), principal


def test_reports_are_versioned_and_announce_each_new_object(stage: Stage) -> None:
    (bucket,) = (
        item for name, item in stage.of("AWS::S3::Bucket").items() if _id(name).startswith("Reports")
    )
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    (rule,) = stage.of("AWS::Events::Rule").values()
    assert rule["EventPattern"]["source"] == ["aws.s3"]
    assert rule["EventPattern"]["detail-type"] == ["Object Created"]
    assert rule["EventPattern"]["detail"]["object"] == {"key": [{"prefix": "banks/"}]}
    assert "Queue" in referred(rule["Targets"][0]["Arn"])
    assert rule["Targets"][0]["DeadLetterConfig"]


def test_every_queue_has_a_dead_letter_queue_and_an_alarm(stage: Stage) -> None:
    queues = stage.of("AWS::SQS::Queue")
    dead = {
        referred(queue["RedrivePolicy"]["deadLetterTargetArn"])
        for queue in queues.values()
        if "RedrivePolicy" in queue
    }
    deep = _alarms(stage, "ApproximateNumberOfMessagesVisible")
    old = _alarms(stage, "ApproximateAgeOfOldestMessage")
    for name, queue in queues.items():
        if "RedrivePolicy" in queue:
            assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5, name
            assert _id(name) in old, f"{name}: nobody learns that messages wait"
        else:
            assert _id(name) in deep, f"{name}: nobody learns that messages died"
            assert queue["MessageRetentionPeriod"] == 14 * 86_400, name
        assert queue["SqsManagedSseEnabled"], name
    assert dead, "no queue hands its poison messages on"


def test_a_message_stays_invisible_six_times_as_long_as_its_function_may_run(stage: Stage) -> None:
    functions = {_id(name): item for name, item in stage.of("AWS::Lambda::Function").items()}
    queues = {_id(name): item for name, item in stage.of("AWS::SQS::Queue").items()}
    mappings = stage.of("AWS::Lambda::EventSourceMapping")
    assert mappings
    for name, mapping in mappings.items():
        timeout = functions[referred(mapping["FunctionName"])]["Timeout"]
        assert queues[referred(mapping["EventSourceArn"])]["VisibilityTimeout"] >= 6 * timeout, name
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name


def test_every_function_has_alarms_log_retention_and_a_queue_for_its_lost_events(stage: Stage) -> None:
    failing, throttled = _alarms(stage, "Errors"), _alarms(stage, "Throttles")
    groups = {_id(name): item for name, item in stage.of("AWS::Logs::LogGroup").items()}
    asynchronous = {
        referred(item["FunctionName"]) for item in stage.of("AWS::Lambda::EventInvokeConfig").values()
    }
    for name, function in stage.of("AWS::Lambda::Function").items():
        assert _id(name) in failing & throttled, name
        assert groups[referred(function["LoggingConfig"]["LogGroup"])]["RetentionInDays"], name
        if _id(name) in asynchronous:
            assert function["DeadLetterConfig"], f"{name} loses events"


def test_every_scheduled_function_keeps_its_lost_events(stage: Stage) -> None:
    schedules = stage.of("AWS::Scheduler::Schedule")
    assert {item["ScheduleExpression"] for item in schedules.values()} == {
        "rate(1 hour)",
        "cron(30 2 * * ? *)",
    }
    functions = {_id(name): item for name, item in stage.of("AWS::Lambda::Function").items()}
    for item in schedules.values():
        assert item["Target"]["DeadLetterConfig"]
        assert functions[referred(item["Target"]["Arn"])]["DeadLetterConfig"]


def test_every_log_group_forgets(stage: Stage) -> None:
    assert [
        name for name, item in stage.of("AWS::Logs::LogGroup").items() if not item["RetentionInDays"]
    ] == []


def test_every_state_machine_has_alarms_logs_and_a_time_limit(stage: Stage) -> None:
    failing, late = _alarms(stage, "ExecutionsFailed"), _alarms(stage, "ExecutionsTimedOut")
    for name, machine in stage.of("AWS::StepFunctions::StateMachine").items():
        assert _id(name) in failing & late, name
        assert machine["LoggingConfiguration"]["Level"] == "ALL", name
        assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False, "documents may name files"
    assert len(stage.machines()) == 3
    for name, definition in stage.machines().items():
        assert definition["TimeoutSeconds"] > 0, name
        for state, task in tasks_of(definition):
            assert 0 < task["TimeoutSeconds"] <= definition["TimeoutSeconds"], f"{name}: {state}"


def test_every_alarm_tells_the_topic_and_says_what_to_do(stage: Stage) -> None:
    for name, alarm in stage.of("AWS::CloudWatch::Alarm").items():
        assert len(alarm["AlarmActions"]) == 1, name
        assert ":" in alarm["AlarmDescription"], f"{name} does not say what to do"


def test_the_api_is_watched_throttled_and_logged(stage: Stage) -> None:
    assert _alarms(stage, "5xx")
    assert any(
        item["MetricName"] == "Latency" and item["ExtendedStatistic"] == "p95"
        for item in stage.of("AWS::CloudWatch::Alarm").values()
    )
    (deployed,) = stage.of("AWS::ApiGatewayV2::Stage").values()
    assert deployed["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert "request_id" in json.loads(deployed["AccessLogSettings"]["Format"])


def test_questions_receipts_and_tools_have_functions_and_everything_else_goes_to_admin(stage: Stage) -> None:
    integrations = {
        _id(name): referred(item["IntegrationUri"])
        for name, item in stage.of("AWS::ApiGatewayV2::Integration").items()
    }
    functions = {_id(name): folder_of(item) for name, item in stage.of("AWS::Lambda::Function").items()}
    routes = {
        item["RouteKey"]: functions[integrations[text_of(item["Target"]).partition("«")[2].rstrip("»")]]
        for item in stage.of("AWS::ApiGatewayV2::Route").values()
    }
    assert routes == {
        "POST /chat/query": "chat",
        "POST /query": "chat",
        "GET /catalogue": "chat",
        "GET /receipts/{value_id}": "receipts",
        "POST /mcp": "tools",
        "$default": "admin",
    }


def test_no_statement_allows_everything(stage: Stage) -> None:
    for name, statement in stage.statements():
        for action in as_list(statement["Action"]):
            assert action != "*", name
            assert not action.endswith(":*"), f"{name} may do all of {action}"


def test_only_what_has_no_address_is_allowed_everywhere(stage: Stage) -> None:
    unaddressed = re.compile(
        r"xray:Put\w+|xray:GetSampling\w+|logs:\w*(LogDelivery|LogDeliveries|ResourcePolicy|ResourcePolicies|LogGroups)|"
        r"ecr:GetAuthorizationToken|ec2:\w*(NetworkInterface|NetworkInterfaces|Subnets|PrivateIpAddresses)|"
        r"ecs:(Describe|Stop)Tasks?|"  # a task has no address before it runs
        r"textract:(Start|Get)DocumentAnalysis"  # Textract has no resources
    )
    for name, statement in stage.statements():
        if "*" in as_list(statement["Resource"]):
            for action in as_list(statement["Action"]):
                assert unaddressed.fullmatch(action), f"{name} may {action} on everything"


def test_nothing_has_a_name_of_its_own(stage: Stage) -> None:
    """A physical name stops a second deployment beside the first and every replacement."""
    for kind, field in NAMING.items():
        assert [name for name, item in stage.of(kind).items() if field in item] == []


def test_settings_hold_no_secret(stage: Stage) -> None:
    for name, function in stage.of("AWS::Lambda::Function").items():
        variables: dict[str, Any] = function["Environment"]["Variables"]
        assert not [key for key in variables if re.search("PASSWORD|TOKEN|KEY|DSN", key)], name
        assert {"PAYSCOPE_STAGE", "PAYSCOPE_CONNECTIONS_SECRET", "PAYSCOPE_BUCKET_REPORTS"} <= set(
            variables
        ), name
        assert {"PAYSCOPE_BUCKET_WORK", "PAYSCOPE_EVENT_BUS"} <= set(variables), name
        assert ("PAYSCOPE_OWNER_SECRET" in variables) == (folder_of(function) == "migrate"), name


@pytest.mark.parametrize(
    ("folder", "settings"),
    [
        ("ingest_report", {"PAYSCOPE_REPORT_MACHINE_ARN"}),
        ("start_models", {"PAYSCOPE_FORECAST_MACHINE_ARN", "PAYSCOPE_RISK_MACHINE_ARN"}),
        (
            "admin",
            {
                "PAYSCOPE_REPORT_MACHINE_ARN",
                "PAYSCOPE_FORECAST_MACHINE_ARN",
                "PAYSCOPE_RISK_MACHINE_ARN",
                "PAYSCOPE_DLQ_URL",
            },
        ),
    ],
)
def test_a_function_knows_what_it_starts(stage: Stage, folder: str, settings: set[str]) -> None:
    assert settings <= set(stage.function(folder)["Environment"]["Variables"])


def test_every_function_folder_is_deployed_and_every_deployed_folder_exists(stage: Stage) -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    deployed = [folder_of(item) for item in stage.of("AWS::Lambda::Function").values()]
    assert set(deployed) == folders
    assert len(deployed) == len(folders)


def test_deadlines_nest(stage: Stage) -> None:
    from infra.config import API_DEADLINE_S
    from payscope.adapters.postgres.metering import REQUEST_DEADLINE_S

    integrations = stage.of("AWS::ApiGatewayV2::Integration").values()
    assert {item["TimeoutInMillis"] for item in integrations} == {API_DEADLINE_S * 1000}
    assert API_DEADLINE_S == 29
    for folder in ("chat", "receipts", "tools", "admin"):
        assert REQUEST_DEADLINE_S < stage.function(folder)["Timeout"] < API_DEADLINE_S, folder
    functions = {_id(name): item for name, item in stage.of("AWS::Lambda::Function").items()}
    for definition in stage.machines().values():
        for state, task in tasks_of(definition):
            called = task["Resource"].strip("«»")
            if called in functions:
                assert task["TimeoutSeconds"] > functions[called]["Timeout"], state


def test_tasks_are_told_their_bank_and_task(stage: Stage) -> None:
    runs = [
        task
        for definition in stage.machines().values()
        for _, task in tasks_of(definition)
        if task["Resource"].endswith("ecs:runTask.sync")
    ]
    assert len(runs) == 2
    for run in runs:
        (container,) = run["Parameters"]["Overrides"]["ContainerOverrides"]
        told = {item["Name"]: item["Value.$"] for item in container["Environment"]}
        assert told == {"PAYSCOPE_BANK_ID": "$.bank_id", "PAYSCOPE_TASK_ID": "$.task_id"}


def test_the_local_stage_is_the_cloud_less_network_and_stores(local: Stage, dev: Stage) -> None:
    assert local.kinds() <= dev.kinds()
    missing = {kind for kind in dev.kinds() - local.kinds() if not ONLY_IN_THE_CLOUD.fullmatch(kind)}
    assert missing == set()
    for kind in (
        "AWS::Lambda::Function",
        "AWS::SQS::Queue",
        "AWS::StepFunctions::StateMachine",
        "AWS::S3::Bucket",
    ):
        assert len(local.of(kind)) == len(dev.of(kind)), kind


def test_no_stage_deploys_a_function_that_is_not_ours(dev: Stage, prod: Stage) -> None:
    for stage in (dev, prod):
        assert {item["Runtime"] for item in stage.of("AWS::Lambda::Function").values()} == {"python3.11"}
        assert not [kind for kind in stage.kinds() if kind.startswith("Custom::")]


def test_the_database_is_private_encrypted_and_kept(prod: Stage) -> None:
    (cluster,) = prod.of("AWS::RDS::DBCluster").values()
    assert cluster["StorageEncrypted"] is True
    assert cluster["DeletionProtection"] is True
    assert cluster["BackupRetentionPeriod"] == 35
    (proxy,) = prod.of("AWS::RDS::DBProxy").values()
    assert proxy["RequireTLS"] is True
    (target,) = prod.of("AWS::RDS::DBProxyTargetGroup").values()
    filters = target["ConnectionPoolConfigurationInfo"].get("SessionPinningFilters", [])
    assert filters == [], "a stray SET would reach the next bank's query"


def test_workers_in_the_cloud_have_no_open_door(prod: Stage) -> None:
    for name, function in prod.of("AWS::Lambda::Function").items():
        assert function["VpcConfig"]["SubnetIds"], name
    for name, group in prod.of("AWS::EC2::SecurityGroup").items():
        for rule in group.get("SecurityGroupIngress", []):
            assert rule.get("CidrIp") != "0.0.0.0/0", name
        for rule in group.get("SecurityGroupEgress", []):
            assert rule["IpProtocol"] != "-1", f"{name} may speak to anyone"
    for rule in prod.of("AWS::EC2::SecurityGroupIngress").values():
        assert "SourceSecurityGroupId" in rule


def test_templates_name_no_account_and_no_region(stage: Stage) -> None:
    for name, template in stage.templates.items():
        text = json.dumps(template)
        assert not re.search(r"\b\d{12}\b", text), name
        assert not re.search(r"\b(us|eu|ap)-(east|west|central|north|south)\w*-\d\b", text), name


def test_only_the_parsing_of_files_may_ask_textract_and_only_where_the_stage_reads_scans_by_it(
    stage: Stage,
) -> None:
    allowed = {
        (_id(name), action)
        for name, statement in stage.statements()
        for action in as_list(statement["Action"])
        if action.startswith("textract:")
    }
    reads_by = stage.function("parse_report")["Environment"]["Variables"]["PAYSCOPE_OCR"]
    assert reads_by == ("tesseract" if stage.name == "local" else "textract")
    if reads_by == "tesseract":
        assert allowed == set()
    else:
        assert {name.startswith("ParseReport") for name, _ in allowed} == {True}
        assert {action for _, action in allowed} == {
            "textract:StartDocumentAnalysis",
            "textract:GetDocumentAnalysis",
        }
