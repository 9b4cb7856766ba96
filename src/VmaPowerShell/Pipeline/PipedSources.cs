using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace VmaTools.PowerShell;

/// <summary>What the commands in front of a pipe name as archives, as far as that shows without running them.</summary>
internal static class PipedSources
{
    /// <summary>What goes on through a pipe: what is compared, which has names of its own, does not.</summary>
    private static readonly string[] PipedParameters = ["Path", "LiteralPath", "InputObject"];

    /// <summary>The values in front of a command, from the nearest on.</summary>
    public static IEnumerable<object?> Before(CommandAst command)
    {
        if (command.Parent is not PipelineAst pipeline)
        {
            return [];
        }

        return pipeline.PipelineElements
            .TakeWhile(e => e != command)
            .Reverse()
            .Select(static e => e switch
            {
                CommandExpressionAst expression => Values(expression.Expression).ToArray(),
                CommandAst before => OfCommand(before).ToArray(),
                _ => [],
            })
            .FirstOrDefault(static values => values.Length > 0) ?? [];
    }

    private static IEnumerable<object?> OfCommand(CommandAst command)
    {
        StaticBindingResult binding = StaticParameterBinder.BindCommand(command, resolve: true);
        return PipedParameters
            .Where(binding.BoundParameters.ContainsKey)
            .SelectMany(p => binding.BoundParameters[p] is { Value: ExpressionAst value } ? Values(value) : [binding.BoundParameters[p].ConstantValue]);
    }

    private static IEnumerable<object?> Values(ExpressionAst expression)
    {
        if (expression is VariableExpressionAst { Splatted: false } variable)
        {
            using System.Management.Automation.PowerShell reader = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
            object[] values = [.. reader.AddCommand("Microsoft.PowerShell.Utility\\Get-Variable")
                .AddParameter("Name", variable.VariablePath.UserPath)
                .AddParameter("ValueOnly")
                .AddParameter("ErrorAction", "Ignore")
                .Invoke<object>()];
            return values;
        }

        try
        {
            return LanguagePrimitives.GetEnumerable(expression.SafeGetValue())?.Cast<object?>() ?? [expression.SafeGetValue()];
        }
        catch (InvalidOperationException)
        {
            // What would have to be run is not looked at while somebody types.
            return [];
        }
    }
}
