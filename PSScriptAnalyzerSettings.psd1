@{
    Severity = @('ParseError', 'Error', 'Warning')
    IncludeDefaultRules = $true
    ExcludeRules = @(
        # It does not see that functions of a script use the script's parameters.
        'PSReviewUnusedParameter'
        # A build script talks to the person who started it.
        'PSAvoidUsingWriteHost'
        # Pester's BeforeAll sets what its It blocks use; the rule sees no connection.
        'PSUseDeclaredVarsMoreThanAssignments'
        # It takes the parameters of a job's script block, filled by ArgumentList, for variables of the caller.
        'PSUseUsingScopeModifierInNewRunspaces'
    )
    Rules = @{
        PSUseCompatibleSyntax = @{
            Enable = $true
            TargetVersions = @('5.1', '7.4')
        }
        PSUseConsistentIndentation = @{
            Enable = $true
            IndentationSize = 4
            PipelineIndentation = 'IncreaseIndentationForFirstPipeline'
            Kind = 'space'
        }
        PSUseConsistentWhitespace = @{ Enable = $true }
        PSPlaceOpenBrace = @{ Enable = $true; OnSameLine = $true }
        PSPlaceCloseBrace = @{ Enable = $true; NewLineAfter = $true; IgnoreOneLineBlock = $true }
    }
}
