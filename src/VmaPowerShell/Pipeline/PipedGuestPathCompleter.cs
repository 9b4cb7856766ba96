using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace VmaTools.PowerShell;

/// <summary>Completes a lone argument behind a pipe, which is a path in the guest; in front of one it is a file, as PowerShell completes it.</summary>
public sealed class PipedGuestPathCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        if (commandAst.Parent is not PipelineAst pipeline || pipeline.PipelineElements[0] == commandAst)
        {
            return CompletionCompleters.CompleteFilename(wordToComplete);
        }

        Hashtable others = fakeBoundParameters is null ? [] : new Hashtable(fakeBoundParameters);
        others.Remove(parameterName);
        return new GuestPathCompleter().CompleteArgument(commandName, parameterName, wordToComplete, commandAst, others).ToArray();
    }
}
